/** The Chromium of this machine, and what it is started with: wherever tests open a page. */

export const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium'

/** No sandbox (containers have none to give), and nothing that looks for a network. */
export const headlessFlags = [
  '--no-sandbox',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-dev-shm-usage',
]

/** WebGPU without hardware. */
export const softwareGpu = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader']
