// Node types as the editor gets them from GET /api/nodes: the real definitions, described by the real API.
import type { NodeDefinition } from '../../nodes/contract/define.ts'
import cooldown from '../../nodes/logic/cooldown.ts'
import schedule from '../../nodes/logic/schedule.ts'
import template from '../../nodes/logic/template.ts'
import notification from '../../nodes/action/notification.ts'
import adacodec from '../../nodes/video/adacodec.ts'
import crop from '../../nodes/video/crop.ts'
import privacyMask from '../../nodes/video/privacy-mask.ts'
import cameraSource from '../../nodes/video/camera-source.ts'
import interactionModel from '../../nodes/vision/interaction-model.ts'
import { loadCatalogue } from '../../runtime/catalogue.ts'
import { describeNode } from '../../runtime/flows/node-type-routes.ts'
import type { NodeType } from '../../editor/views.ts'

const definitions: readonly NodeDefinition[] = [
  cameraSource,
  adacodec,
  crop,
  privacyMask,
  interactionModel,
  cooldown,
  schedule,
  template,
  notification,
]

const served = (definition: NodeDefinition): NodeType =>
  JSON.parse(JSON.stringify(describeNode(definition))) as NodeType

/** Every type that comes with Heed, in the order of the palette. */
export async function everyEditorType(): Promise<NodeType[]> {
  return [...(await loadCatalogue()).values()].map(served)
}

/** By type, as the session store holds them. */
export function editorTypes(): Map<string, NodeType> {
  return new Map(definitions.map((definition) => [definition.type, served(definition)]))
}

/** One type; fails loudly when there is none of that name. */
export function editorType(name: string): NodeType {
  const type = editorTypes().get(name)
  if (!type) throw new Error(`There is no node type ${name}.`)
  return type
}
