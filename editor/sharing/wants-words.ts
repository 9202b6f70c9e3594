// What a shared flow wants, in sentences under headings. Pure; for the page of a link and for the panel before an import.
import { wordsOfAbility } from '../../nodes/contract/connections.ts'
import { receiverMark } from '../../nodes/contract/hosts.ts'
import type { Wants } from '../../nodes/contract/shared-flow.ts'
import { waitingWords } from '../graph/needs.ts'
import { say } from '../words/say.ts'

export interface WantSection {
  id: keyof Wants
  title: string
  lines: { text: string; cards: string }[]
}

const line = (text: string, cards: readonly string[] = []): WantSection['lines'][number] => ({
  text,
  cards: cards.join(', '),
})

const pointedLines = ({ pointed }: Wants): WantSection['lines'] =>
  pointed.map(({ camera, cards }) => line(say('It points to a camera called “{camera}”.', { camera }), cards))

/** Everything it wants; empty when it wants nothing. */
export function wantSections(wants: Wants): WantSection[] {
  const sections: WantSection[] = [
    {
      id: 'cameras',
      title: say('Cameras'),
      lines: wants.cameras.map(({ name, words }) => line(words === '' ? name : `${name}: ${words}`)),
    },
    { id: 'pointed', title: say('Cameras by name'), lines: pointedLines(wants) },
    {
      id: 'hosts',
      title: say('Where it reaches'),
      lines: wants.hosts.map(({ host, cards }) => line(waitingWords(host), cards)),
    },
    {
      id: 'people',
      title: say('Who is told'),
      lines: wants.people.map(({ to, cards }) => line(waitingWords(receiverMark + to), cards)),
    },
    {
      id: 'programs',
      title: say('Programs on this machine'),
      lines: wants.programs.map(({ connection, cards }) =>
        line(
          say('It may run a program on this machine, through the connection “{connection}”.', { connection }),
          cards,
        ),
      ),
    },
    {
      id: 'connections',
      title: say('Connections'),
      lines: wants.connections.map(({ connection, can, cards }) =>
        line(
          say('It uses “{connection}”{value}.', {
            connection,
            value:
              can === null ? '' : say(', a connection that {wordsOfAbility}', { wordsOfAbility: wordsOfAbility(can) }),
          }),
          cards,
        ),
      ),
    },
    {
      id: 'secrets',
      title: say('Passwords and keys that did not come along'),
      lines: wants.secrets.map((text) => line(`${text}.`.replace(/\.\.$/, '.'))),
    },
    {
      id: 'unknown',
      title: say('Cards that are not known here'),
      lines: wants.unknown.map((type) =>
        line(
          say('“{type}”: it stands as a placeholder, and its settings are kept, until its package is installed.', {
            type,
          }),
        ),
      ),
    },
    {
      id: 'newer',
      title: say('Cards of a newer version'),
      lines: wants.newer.map((card) =>
        line(say('“{card}” was set up with a newer version of Heed. Its settings are kept.', { card })),
      ),
    },
  ]
  return sections.filter(({ lines }) => lines.length > 0)
}

/** From which length on programs are known to cut a link. */
const longLink = 8000

/** What to say of a link that some programs will not carry; empty for a short one. */
export function linkWords(link: string): string {
  return link.length > longLink
    ? say('This link has {count} thousand characters; many messengers cut it. Send the file or the picture instead.', {
        count: Math.round(link.length / 1000),
      })
    : ''
}
