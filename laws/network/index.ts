export { type NetworkAgreementInstance, networkAgreementLaw } from './agreement.js'
export { type NetworkChoice, type NetworkInstance, networkLaws, networkOf, networkParts } from './network.js'
export type { NetworkPart, Role } from './part.js'
