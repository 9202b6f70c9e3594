// A flow as it is rehearsed: one camera, and a clip in its place. Pure; the document that is saved is never changed.
import { does, type NodeDefinition } from '../../nodes/contract/define.ts'
import { BadRequestError } from '../../nodes/contract/errors.ts'
import type { Flow, FlowNode } from '../../nodes/contract/flow.ts'

export interface ClipFlowOptions {
  nodes: ReadonlyMap<string, NodeDefinition>
  /** Any clip of the rehearsal: which one is put in later. */
  clip: string
  /** The camera's node; the first one when absent. */
  camera?: string | undefined
  connection?: string | undefined
  instruction?: string | undefined
}

/**
 * Of several cameras one is rehearsed, with all that hangs on it; what hangs on others alone is left out. Throws BadRequestError
 * REHEARSAL_NO_CAMERA.
 */
export function clipFlow(document: Flow, options: ClipFlowOptions): { document: Flow; camera: string } {
  const { nodes, clip } = options
  const cameras = document.nodes.filter(({ type }) => nodes.get(type)?.role === 'source')
  const camera = options.camera === undefined ? cameras[0] : cameras.find(({ id }) => id === options.camera)
  if (!camera) {
    const there = cameras.map(({ id }) => `"${id}"`).join(', ')
    throw new BadRequestError(
      'REHEARSAL_NO_CAMERA',
      options.camera === undefined
        ? 'This flow has no camera in whose place a clip could be put. Place a camera and wire it to the rest.'
        : `This flow has no camera "${options.camera}". Its cameras are: ${there || 'none'}.`,
    )
  }
  const kept = withoutOthers(
    document,
    camera.id,
    cameras.map(({ id }) => id),
  )
  return {
    camera: camera.id,
    document: {
      ...document,
      nodes: document.nodes.filter(({ id }) => kept.has(id)).map((node) => changed(node, camera.id, options)),
      wires: document.wires.filter(({ from, to }) => kept.has(from.node) && kept.has(to.node)),
    },
  }

  function changed(node: FlowNode, cameraId: string, { connection, instruction }: ClipFlowOptions): FlowNode {
    if (node.id === cameraId) return { ...node, config: { kind: 'file', path: clip, loop: false } }
    if (!does(nodes.get(node.type), 'watch')) return node
    return {
      ...node,
      config: {
        ...node.config,
        ...(connection === undefined ? {} : { connection }),
        ...(instruction === undefined ? {} : { instruction }),
      },
    }
  }
}

/** Nodes that hear of this camera, and those that they hear of besides other cameras. */
function withoutOthers({ nodes, wires }: Flow, camera: string, cameras: readonly string[]): Set<string> {
  if (cameras.length < 2) return new Set(nodes.map(({ id }) => id))
  const follow = (from: readonly string[], step: (id: string) => string[]): Set<string> => {
    const reached = new Set(from)
    for (const id of reached) for (const next of step(id)) reached.add(next)
    return reached
  }
  const others = cameras.filter((id) => id !== camera)
  const to = Map.groupBy(wires, (wire) => wire.from.node)
  const from = Map.groupBy(wires, (wire) => wire.to.node)
  const after = (id: string): string[] => (to.get(id) ?? []).map((wire) => wire.to.node)
  const mine = follow([camera], after)
  const theirs = follow(others, after)
  const strangers = new Set([...theirs].filter((id) => !mine.has(id)))
  return follow([...mine], (id) =>
    (from.get(id) ?? []).map((wire) => wire.from.node).filter((before) => !strangers.has(before)),
  )
}
