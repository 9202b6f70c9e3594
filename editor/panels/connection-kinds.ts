// The kinds of connection as the server describes them, and the names that a new one may have.
import type { ConnectionKind } from '../../nodes/contract/connections.ts'
import { useSignIn } from '../sign-in.ts'
import type { ConnectionKindView } from '../views.ts'
import { say } from '../words/say.ts'

export type KindViewOf = (kind: ConnectionKind) => ConnectionKindView

/** How a kind is shown; one whose package is gone by its plain name. */
export function useKindView(): KindViewOf {
  const kinds = useSignIn(({ kinds }) => kinds)
  return (kind) => kinds.get(kind) ?? plain(kind)
}

function plain(kind: ConnectionKind): ConnectionKindView {
  return {
    kind,
    title: kind,
    text: '',
    icon: 'server',
    group: 'model',
    config: {},
    secrets: [],
    can: {},
    isBuiltIn: false,
    isUnlisted: true,
    origin: null,
  }
}

const nameRule = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/

/** What is wrong with a name for a connection; null when it will do. */
export function whyNotName(name: string, taken: readonly string[]): string | null {
  if (!nameRule.test(name)) return say('A name is letters and digits, "-" and "_", without spaces.')
  return taken.includes(name) ? say('There is a connection called {name} already.', { name }) : null
}
