// Pastes copied cards where the person looks, and selects them. What was copied elsewhere counts as typed by nobody: the server is told
// before the card is there. Another program's flow is read by the server, which stores nothing of it; here it becomes cards like any.
import { IconClipboard } from '@tabler/icons-react'
import { create } from 'zustand'
import type { Fate } from '../../nodes/contract/foreign-flows.ts'
import { namedHosts } from '../../nodes/contract/hosts.ts'
import { ApiError, api } from '../api.ts'
import { pointerPlace, seenBox, showCards } from '../canvas/view.ts'
import { pasteItems, type Clip } from '../graph/edit.ts'
import { clipBox, isIn, pasteOffset } from '../graph/paste-place.ts'
import { isForeignText } from '../sharing/sharing-store.ts'
import { useSignIn } from '../sign-in.ts'
import { changeFlow, currentFlow, select, useFlow } from '../store.ts'
import { countPaste, hasClip, isOwnClip, parseClip, readClip, toClip, wholeClip } from './clipboard.ts'
import type { Command } from './command.ts'
import { say } from '../words/say.ts'

/** What became of each part of another program's flow that was pasted last. */
export const usePasted = create<{ flow: string | null; report: readonly Fate[] }>()(() => ({ flow: null, report: [] }))

/** Pastes a text that holds cards; false when it is something else. */
export function pasteText(text: string): boolean {
  const { id } = useFlow.getState()
  if (id === null) return false
  const clip = parseClip(text)
  if (!clip && isForeignText(text)) {
    void bring(id, text, () => readForeign(text))
    return true
  }
  if (!clip || clip.nodes.length + (clip.notes?.length ?? 0) === 0) return false
  if (isOwnClip(text) || !namesSomebody(clip)) insert(id, text, wholeClip(text, id) ?? clip)
  else void bring(id, text, () => Promise.resolve({ clip }))
  return true
}

function insert(id: string, text: string, clip: Clip): void {
  const flow = currentFlow()
  if (!flow) return
  const { types } = useSignIn.getState()
  const box = clipBox(clip, types)
  const seen = seenBox()
  const offset = pasteOffset(box, {
    seen,
    pointer: pointerPlace(),
    times: countPaste(text, id),
    isFromHere: wholeClip(text, id) !== null,
  })
  const pasted = pasteItems(flow, clip, offset)
  changeFlow(() => pasted.flow)
  select({ nodes: pasted.ids })
  const end = { x: box.x + offset.x + box.width, y: box.y + offset.y + box.height }
  const isLarger = box.width > seen.width || box.height > seen.height
  if (isLarger && !isIn(end, seen)) requestAnimationFrame(() => showCards(pasted.ids))
}

/** A host, or a field that its type says names a person. */
function namesSomebody({ nodes }: Clip): boolean {
  const { types } = useSignIn.getState()
  return nodes.some(
    ({ type, config }) =>
      namedHosts(config).length > 0 ||
      Object.entries(types.get(type)?.config.properties ?? {}).some(
        ([field, schema]) => schema.receiver === true && config[field] !== undefined,
      ),
  )
}

interface Brought {
  clip: Clip
  report?: readonly Fate[] | undefined
}

/** Reads cards that come from elsewhere, says of them that nobody has typed them, and lays them on the canvas. */
async function bring(id: string, text: string, read: () => Promise<Brought>): Promise<void> {
  try {
    const { clip, report } = await read()
    await api.addUnapproved(id, clip.nodes)
    if (useFlow.getState().id !== id) return
    insert(id, text, clip)
    usePasted.setState({ flow: id, report: report ?? [] })
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    if (useFlow.getState().id !== id) return
    useFlow.setState({
      deployError: say('Not pasted: {why}', { why: error.problems[0]?.message ?? error.message }),
    })
  }
}

async function readForeign(text: string): Promise<Brought> {
  const { document, readOnly, report } = await api.lookAtFlow(text)
  const clip = document && toClip(document)
  if (clip) return { clip, report }
  throw new ApiError(422, 'FLOW_INVALID', readOnly ?? say('There are no cards in it.'))
}

export const paste: Command = {
  id: 'paste',
  label: say('Paste'),
  icon: IconClipboard,
  shortcuts: ['mod+v'],
  native: true,
  isEnabled: hasClip,
  run: async () => {
    const text = await readClip()
    if (text !== null) pasteText(text)
  },
}
