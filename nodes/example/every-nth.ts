// Lets every nth message through: a card that runs inside the stream, with something to set and something to remember.
import { defineNode, port } from 'heed/contract'
import { z } from 'zod'

export default defineNode({
  type: 'every-nth',
  version: 1,
  title: 'Every nth',
  icon: 'filter',
  group: 'logic',
  help: ['Lets every nth message through and holds the others.', 'Example: 3 lets the third, the sixth, … pass.'].join(
    '\n',
  ),
  ports: {
    in: { message: port('message', { required: true, help: 'What is counted.' }) },
    out: { message: port('message', { help: 'Every nth of them.' }) },
  },
  // The form is drawn from this.
  config: z.object({
    n: z
      .number()
      .int()
      .min(1)
      .max(1000)
      .default(2)
      .meta({ label: 'One of', widget: 'number', help: 'So many messages make one.' }),
  }),
  card: 'one of {{n}}',
  needs: [],
  // Plain JSON: another worker may go on with it.
  state: () => ({ count: 0 }),
  onTick: ({ message: messages }, { config, state, status }) => {
    const passed = messages.filter(() => ++state.count % config.n === 0)
    status(`${state.count % config.n} of ${config.n}`)
    return { message: passed }
  },
})
