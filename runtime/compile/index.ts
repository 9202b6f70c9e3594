// The door of compile/. (flow, catalogue) -> plan, or every problem at once. Pure.
export { comparePlans, remainingNodes } from './compare-plans.ts'
export type { PlanChanges, RunningState } from './compare-plans.ts'
export { compileFlow } from './compile-flow.ts'
export { isShown, readFields } from './fields.ts'
export { parseFlow } from './parse.ts'
export { fault, sortProblems, warning } from './problems.ts'
