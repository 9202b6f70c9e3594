// The door of templates/. Ready flows: what is offered, what of it runs here, a flow made of it, and its newer versions.
export { createOrganisationIndex } from './organisation-index.ts'
export { createOwnTemplateStore } from './own-templates.store.ts'
export type { TemplatesRouteDeps } from './route-deps.ts'
export { addTemplateRoutes } from './routes.ts'
export { createTemplateShelf } from './shelf.ts'
export type { OwnTemplateStore } from './shelf.ts'
