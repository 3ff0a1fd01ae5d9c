/** JSON as headers of files hold it: strictly one object, and no key twice (which `JSON.parse` lets pass). */

/** A key that occurs twice in one object of a valid JSON text. */
export const duplicateKey = (json: string): string | undefined => {
  const open: (Set<string> | undefined)[] = []
  // In a valid text a string followed by a colon is a key of the innermost open object.
  for (const [token, text, colon] of json.matchAll(/("(?:[^"\\]|\\.)*")(\s*:)?|[{}[\]]/g)) {
    if (token === '{') open.push(new Set())
    else if (token === '[') open.push(undefined)
    else if (token === '}' || token === ']') open.pop()
    else if (text !== undefined && colon !== undefined) {
      const keys = open[open.length - 1]
      const key: string = JSON.parse(text)
      if (keys?.has(key)) return key
      keys?.add(key)
    }
  }
  return undefined
}

export const parseJson = (text: string): { readonly value: unknown } | undefined => {
  try {
    return { value: JSON.parse(text) }
  } catch {
    return undefined
  }
}

export const isJsonObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
