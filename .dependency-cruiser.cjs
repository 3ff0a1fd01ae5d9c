/**
 * The house's import directions (no import runs upwards, no cycles).
 *
 * `rooms` says for every room of `src` which other rooms it may import; a room always may import itself. Whatever is not
 * listed is forbidden, so a new room has to be added here before it can import anything.
 */

/** The rooms that know arrays and their derivatives, and none of what runs them. */
const calculus = ['array', 'diff', 'random']
const buildingBlocks = [...calculus, 'init', 'layer', 'loss', 'optim', 'data']

const rooms = {
  // the ground: tensors, shapes, dtypes, trees, host scalars
  array: [],
  // rules, samplers and plans are three views of the same graph, and know nothing of each other
  diff: ['array'],
  random: ['array'],
  engine: ['array'],
  // an initialiser draws; a layer initialises; a loss does neither
  init: calculus,
  layer: [...calculus, 'init'],
  loss: calculus,
  // an optimizer moves along whatever direction it is given: where gradients come from is none of its business
  optim: ['array'],
  data: ['array', 'random'],
  // training takes a device as a value, so it knows the type (engine) and no implementation (backend)
  train: [...buildingBlocks, 'engine'],
  // the top floor: each stands on everything below, and none on its neighbour
  model: [...buildingBlocks, 'engine', 'train'],
  plot: [...buildingBlocks, 'engine', 'train'],
  // the command line chooses devices by name, builds the models and writes the pictures
  node: [...buildingBlocks, 'engine', 'train', 'model', 'plot', 'backend'],
}

/** The files that package.json's exports name: what a user can import. */
const publicEntries = '^(src/index|src/backend/(cpu|reference|webgpu)/index|src/node/index|laws/index)[.]ts$'

const roomRules = Object.entries(rooms).map(([room, below]) => ({
  name: `${room}-imports-downwards`,
  comment: `src/${room} may import ${below.length === 0 ? 'no other room' : below.join(', ')}.`,
  severity: 'error',
  from: { path: `^src/${room}/` },
  to: { path: '^src/', pathNot: `^src/(${[room, ...below].join('|')})/` },
}))

/** fp-ts is the only dependency; optional peers each have one place: pictures and OpenBLAS, WebGPU in Node, laws. */
const packageRules = [
  { from: '^src/', except: '^src/(node|backend/webgpu)/', packages: 'fp-ts' },
  { from: '^src/node/', packages: 'fp-ts|koffi|vega|vega-lite' },
  { from: '^src/backend/webgpu/', packages: 'fp-ts|webgpu|@webgpu/types' },
  { from: '^laws/', packages: 'fp-ts|fast-check|pure-rand' },
].map(({ from, except, packages }) => ({
  name: 'packages',
  comment: `${from} may import ${packages} and no other package.`,
  severity: 'error',
  from: { path: from, ...(except === undefined ? {} : { pathNot: except }) },
  to: { path: 'node_modules/', pathNot: `node_modules/(${packages}|@types/node)/` },
}))

module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      comment: 'A cycle makes two files one; import the concrete file, or move what both need below them.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'not-to-unresolvable',
      comment: 'The import leads nowhere.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    ...roomRules,
    {
      name: 'unlisted-room',
      comment: 'A folder of src without a line in `rooms` has no direction: add one.',
      severity: 'error',
      from: { path: '^src/[^/]+/', pathNot: `^src/(${[...Object.keys(rooms), 'backend'].join('|')})/` },
      to: { path: '^src/' },
    },
    {
      name: 'backend-imports-engine',
      comment: 'A backend lowers programs of the engine; layers and training are above it.',
      severity: 'error',
      from: { path: '^src/backend/' },
      to: { path: '^src/', pathNot: '^src/(backend|engine|array)/' },
    },
    {
      name: 'backends-are-independent',
      comment: 'Each implementation stands alone; what two share is the interface beside them, in src/backend itself.',
      severity: 'error',
      from: { path: '^src/backend/([^/]+)/' },
      to: { path: '^src/backend/[^/]+/', pathNot: '^src/backend/$1/' },
    },
    {
      name: 'root-is-portable',
      comment: "`import 'pullback'` brings neither a backend nor files: users choose those by their own entry points.",
      severity: 'error',
      from: { path: '^src/index[.]ts$' },
      to: { path: '^src/(backend|node)/' },
    },
    {
      name: 'root-is-for-users',
      comment: 'src/index.ts re-exports everything, so that whoever imports it from inside makes a cycle.',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^src/index[.]ts$' },
    },
    {
      name: 'public-api-only',
      comment: 'Laws and examples are written as a user would write them.',
      severity: 'error',
      from: { path: '^(laws|examples)/' },
      to: { path: '^(src|test)/', pathNot: publicEntries },
    },
    {
      name: 'laws-know-no-device',
      comment: 'A law takes the device that it runs on as an argument.',
      severity: 'error',
      from: { path: '^laws/' },
      to: { path: '^src/(backend|node)/' },
    },
    {
      name: 'sources-need-no-tests',
      comment: 'What is shipped must not need what is not.',
      severity: 'error',
      from: { path: '^(src|laws)/' },
      to: { path: '^(test|examples)/' },
    },
    {
      name: 'sources-need-no-laws',
      comment: 'Laws judge the library from outside.',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^laws/' },
    },
    {
      name: 'runs-in-browsers',
      comment: 'Node is for src/node; a backend may load it when it finds itself in Node (a dynamic import).',
      severity: 'error',
      from: { path: '^(src|laws)/', pathNot: '^src/(node|backend)/' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'backend-loads-node-dynamically',
      comment: 'A static import of a Node module would keep the backend from loading in a browser.',
      severity: 'error',
      from: { path: '^src/backend/' },
      to: { dependencyTypes: ['core'], dynamic: false, dependencyTypesNot: ['type-only'] },
    },
    ...packageRules,
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|docs|coverage|runs)/' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] },
  },
}
