// The door of models/. A client for each kind of model, the built-in one included.
export { createEdge } from './edge/index.ts'
export type { Edge } from './edge/index.ts'
export { createModels } from './models.ts'
export { testModel } from './test-connection.ts'
