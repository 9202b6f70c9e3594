// A process of its own that asks a command-line agent, so that a test may kill it: `node agent-child.ts PIDFILE MANNER`.
import { commandAgent } from '../../runtime/agents/command.ts'
import { fakeCommand } from './fake-agents.ts'
import { ofKind } from './connection-kinds.ts'

const [pidFile = '', manner = 'hang'] = process.argv.slice(2)
const ask = commandAgent({ it: fakeCommand(manner) })
await ask(
  { name: 'it', ...ofKind('command'), config: { command: 'it' }, secret: {} },
  {
    question: `PIDFILE ${pidFile} `,
    note: '',
    pictures: [{ mediaTimeS: 1, jpeg: new Uint8Array([0xff, 0xd8]) }],
    timeoutMs: 60_000,
    sessionId: 's',
    taskId: 't',
  },
  new AbortController().signal,
)
