// Lights a lamp: a card that acts on the world, as a job that is tried again until it worked or there is no hope.
import { defineAction, FatalError, port, RetryableError } from 'heed/contract'
import { z } from 'zod'

const timeoutMs = 5_000

export default defineAction({
  type: 'lamp',
  version: 1,
  title: 'Lamp',
  icon: 'bolt',
  group: 'action',
  help: [
    'Lights a lamp when a message comes.',
    'Example: the lamp in the hall turns red when somebody has fallen.',
  ].join('\n'),
  ports: {
    in: { message: port('message', { required: true, help: 'What lights the lamp.' }) },
    out: { lit: port('message', { help: 'The message, once the lamp is lit.' }) },
  },
  config: z.object({
    // "own-…" is an ability of this package: only its own kind of connection has it.
    connection: z
      .string()
      .min(1, 'must name a bridge; add one under Connections')
      .meta({ label: 'Bridge', widget: 'connection', can: 'own-lamps', help: 'What the lamp hangs on.' }),
    lamp: z.string().min(1).max(100).default('hall').meta({ label: 'Lamp', widget: 'text', help: 'Its name there.' }),
    colour: z
      .enum(['red', 'white'])
      .default('red')
      .meta({
        label: 'Colour',
        widget: 'segments',
        options: [
          { value: 'red', label: 'Red' },
          { value: 'white', label: 'White' },
        ],
      }),
  }),
  card: '{{lamp}}, {{colour}}',
  needs: ['http', 'connections'],
  timeoutMs: 2 * timeoutMs,
  maxAttempts: 5,
  receiver: ({ connection }) => connection,
  perform: async (message, ctx) => {
    const { connection, lamp, colour } = ctx.config
    const bridge = await ctx.connections.get(connection)
    const answer = await ctx.http.request(
      {
        method: 'POST',
        url: new URL(`lamps/${encodeURIComponent(lamp)}`, `${String(bridge.config.url).replace(/\/*$/, '')}/`).href,
        headers: {
          'content-type': 'application/json',
          'idempotency-key': ctx.idempotencyKey,
          authorization: `Bearer ${bridge.secret.token ?? ''}`,
        },
        // What a model said may fill a body; it never chooses where to send.
        body: JSON.stringify({ colour, why: message.text }),
        timeoutMs,
        maxBytes: 4096,
      },
      ctx.signal,
    )
    if (answer.status >= 500)
      throw new RetryableError('LAMP_BUSY', `The bridge answered ${answer.status}. It is tried again.`)
    if (answer.status >= 400)
      throw new FatalError(
        'LAMP_REFUSED',
        `The bridge answered ${answer.status}. Look at the lamp's name and the token.`,
      )
    return { outputs: { lit: message }, summary: `${lamp} is ${colour}.` }
  },
})
