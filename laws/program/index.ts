export {
  type Choices,
  differentiableProgram,
  type ProgramSample,
  programInputs,
  programInSteps,
  programOf,
} from './program.js'
