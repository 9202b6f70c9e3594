// An agent that is a program on this machine. What may run is the server owner's to say, never a flow's.
import { z } from 'zod'
import { defineConnectionKind } from '../../../nodes/contract/connections.ts'

export default defineConnectionKind({
  kind: 'command',
  title: 'Agent on this machine',
  text: "A command line such as Codex or Claude Code. Only names that this server's owner listed in HEED_AGENT_COMMANDS can run.",
  icon: 'bolt',
  group: 'agent',
  config: z.looseObject({
    // A name out of HEED_AGENT_COMMANDS, never a path or an argument.
    command: z
      .string()
      .trim()
      .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,59}$/, 'must be a name that HEED_AGENT_COMMANDS lists on the server')
      .meta({
        label: 'Agent',
        widget: 'text',
        placeholder: 'codex',
        help: 'As it stands in HEED_AGENT_COMMANDS; never a path',
      }),
  }),
  secrets: [],
  can: { answer: 'program', run: 'program' },
  test: 'answer',
})
