// What the routes of templates/ need of the world.
import type { FlowsRouteDeps } from '../flows/index.ts'
import type { TemplateShelf } from './shelf.ts'

export interface TemplatesRouteDeps extends FlowsRouteDeps {
  templates: TemplateShelf
  /** Whether clips and cameras can be opened on this machine. */
  hasVideo(): Promise<boolean>
}
