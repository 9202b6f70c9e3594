// Pastes copied cards, beside where they were, and selects them. What was copied elsewhere counts as typed by nobody: the server is
// told before the card is there.
import { IconClipboard } from '@tabler/icons-react'
import { namedHosts } from '../../nodes/contract/hosts.ts'
import { ApiError, api } from '../api.ts'
import { pasteItems, type Clip } from '../graph/edit.ts'
import { useSignIn } from '../sign-in.ts'
import { changeFlow, currentFlow, select, useFlow } from '../store.ts'
import { hasClip, isOwnClip, nextOffset, parseClip, readClip } from './clipboard.ts'
import type { Command } from './command.ts'
import { say } from '../words/say.ts'

/** Pastes a clip's text; false when the text is something else. */
export function pasteText(text: string): boolean {
  const clip = parseClip(text)
  const { id } = useFlow.getState()
  if (!clip || id === null || clip.nodes.length + (clip.notes?.length ?? 0) === 0) return false
  if (isOwnClip(text) || !namesSomebody(clip)) insert(clip)
  else void tellFirst(id, clip)
  return true
}

function insert(clip: Clip): void {
  const flow = currentFlow()
  if (!flow) return
  const offset = nextOffset()
  const pasted = pasteItems(flow, clip, { x: offset, y: offset })
  changeFlow(() => pasted.flow)
  select({ nodes: pasted.ids })
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

async function tellFirst(id: string, clip: Clip): Promise<void> {
  try {
    await api.addUnapproved(id, clip.nodes)
    if (useFlow.getState().id === id) insert(clip)
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    useFlow.setState({ deployError: say('Not pasted: {why}', { why: error.message }) })
  }
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
