// The door of compile/. (flow, catalogue) -> plan, or every problem at once. Pure.
export { comparePlans, rehomedNodes, remainingNodes, versionedType } from './compare-plans.ts'
export type { PlanChanges, Rehomed, RunningState } from './compare-plans.ts'
export { compileFlow, outlineFlow } from './compile-flow.ts'
export { isShown, readFields } from './fields.ts'
export { parseFlow } from './parse.ts'
export { migrateConfig } from './resolve.ts'
export { fault, sortProblems, warning } from './problems.ts'
