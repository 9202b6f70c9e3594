// The inbox inside the editor. The message's event is in the record already, so there is nothing left that could fail.
import type { Channel } from './channel.ts'

export const inbox: Channel = {
  id: 'inbox',
  label: 'Inbox',
  help: 'Shown in the editor, with sound and picture, until somebody acknowledges it.',
  send: async () => 'Shown in the inbox.',
}
