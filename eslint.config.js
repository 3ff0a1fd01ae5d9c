/**
 * Purity, as lint rules. Formatting and ordinary lint are biome's, import directions are dependency-cruiser's.
 *
 * Numeric code needs `let`, loops and throws, so the rules of eslint-plugin-functional that forbid those stay off; what
 * is enforced is what a user of the library is promised: no hidden state, no clock, no global randomness, no mutation of
 * what was passed in, and no arithmetic whose bits depend on the JavaScript engine.
 */
import functional from 'eslint-plugin-functional'
import { parser } from 'typescript-eslint'

/** ECMAScript leaves the precision of these open, and engines differ: `src/array/scalar` has ours. */
const inexactMath = [
  ...['exp', 'expm1', 'log', 'log1p', 'log2', 'log10', 'pow', 'cbrt', 'hypot'],
  ...['sin', 'cos', 'tan', 'asin', 'acos', 'atan', 'atan2'],
  ...['sinh', 'cosh', 'tanh', 'asinh', 'acosh', 'atanh'],
].map((property) => ({
  object: 'Math',
  property,
  message: 'Engines differ in its last bits; use the deterministic functions of src/array/scalar.',
}))

const globalRandomness = {
  object: 'Math',
  property: 'random',
  message: 'Randomness is a value: take a Random (src/random).',
}

const inexactPower = {
  selector: ":matches(BinaryExpression[operator='**'], AssignmentExpression[operator='**='])",
  message: 'Engines differ in the last bits of **; use the deterministic power of src/array/scalar.',
}

const defaultExport = { selector: 'ExportDefaultDeclaration', message: 'Exports have names here.' }

/** A variable or an empty collection at module level outlives the call that filled it. */
const moduleState = [
  {
    selector: ":matches(Program, Program > ExportNamedDeclaration) > VariableDeclaration[kind!='const']",
    message: 'Module-level state: pass it as a value.',
  },
  {
    selector:
      ':matches(Program, Program > ExportNamedDeclaration) > VariableDeclaration > VariableDeclarator > NewExpression[callee.name=/^(Weak)?(Map|Set)$/][arguments.length=0]',
    message: 'A collection that starts empty at module level is hidden state: pass it as a value.',
  },
]

const mutableMember = {
  selector:
    ':matches(TSInterfaceBody, TSTypeAliasDeclaration > TSTypeLiteral) > TSPropertySignature[key.type="Identifier"]:not([readonly=true])',
  message: 'Members of a type are readonly.',
}

/** `localeCompare` sorts by the machine's language; names must sort alike everywhere. */
const localeOrder = {
  selector: "CallExpression > MemberExpression[property.name='localeCompare']",
  message: "The order depends on the machine's locale; compare with < and >.",
}

const pure = [inexactPower, defaultExport, mutableMember, localeOrder, ...moduleState]

export default [
  { ignores: ['dist/', 'docs/', 'coverage/', 'runs/', 'node_modules/'] },
  {
    files: ['src/**/*.ts', 'laws/**/*.ts'],
    languageOptions: { parser },
    plugins: { functional },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      'functional/no-classes': 'error',
      'functional/no-this-expressions': 'error',
      'functional/readonly-type': ['error', 'keyword'],
      'no-restricted-properties': ['error', globalRandomness, ...inexactMath],
      'no-restricted-globals': ['error', 'Date', 'performance', 'crypto'],
      'no-restricted-syntax': ['error', ...pure],
      // Past 300 lines a file has two subjects.
      'max-lines': ['error', { max: 300 }],
    },
  },
  {
    // A law judges results and makes none: it may use the engine's own functions as a second opinion.
    files: ['laws/**/*.ts'],
    rules: {
      'no-restricted-properties': ['error', globalRandomness],
      'no-restricted-syntax': ['error', defaultExport, mutableMember, localeOrder, ...moduleState],
    },
  },
  {
    // What a user calls never writes into what the user passed. Kernels and host buffers fill arrays that they are given,
    // so the rooms that hold those are not listed.
    files: ['src/{diff,init,layer,loss,optim,model,plot}/**/*.ts', 'laws/**/*.ts'],
    // `node`: the marks of a walk, the one thing about a node that changes (src/array/node.ts).
    rules: { 'no-param-reassign': ['error', { props: true, ignorePropertyModificationsFor: ['node'] }] },
  },
  {
    // An error must be an Error to carry a stack, and V8 builds nodes of one hidden class in about 50 ns.
    files: ['src/array/{error,node}.ts'],
    rules: { 'functional/no-classes': 'off', 'functional/no-this-expressions': 'off' },
  },
  {
    // Walks over a graph mark the nodes they meet with a number that no earlier walk used.
    files: ['src/array/node.ts'],
    rules: { 'no-restricted-syntax': ['error', inexactPower, defaultExport, mutableMember] },
  },
  {
    // These run kernels or talk to the world: they may tell the time.
    files: ['src/{backend,train,node}/**/*.ts'],
    rules: { 'no-restricted-globals': ['error', 'crypto'] },
  },
  {
    // Plans, workspaces and caches are mutable by nature, and invisible from outside.
    files: ['src/{engine,backend}/**/*.ts'],
    rules: {
      'functional/no-classes': 'off',
      'functional/no-this-expressions': 'off',
      'no-restricted-syntax': ['error', inexactPower, defaultExport, localeOrder, ...moduleState],
    },
  },
]
