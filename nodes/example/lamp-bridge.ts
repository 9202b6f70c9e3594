// What lamps hang on: a kind of connection. Its secret is stored encrypted and never comes out again.
import { defineConnectionKind } from 'heed/contract'
import { z } from 'zod'

export default defineConnectionKind({
  kind: 'lamp-bridge',
  title: 'Lamp bridge',
  text: 'A bridge in your home that switches lamps.',
  icon: 'bolt',
  group: 'channel',
  config: z.object({
    url: z
      .url({ protocol: /^https?$/, error: 'must be an address such as http://192.168.1.30/api' })
      .meta({ label: 'Address', widget: 'text', placeholder: 'http://192.168.1.30/api', help: 'Where the bridge is.' }),
  }),
  secrets: [{ name: 'token', label: 'Token', help: 'As the bridge gave it', form: 'key' }],
  needs: { oneOf: ['token'], words: 'its token' },
  can: { 'own-lamps': 'http' },
  test: 'own-lamps',
  tryOut: async ({ config }, { http, signal }) => {
    const { status } = await http.request(
      { method: 'GET', url: String(config.url), timeoutMs: 5_000, maxBytes: 4096 },
      signal,
    )
    return `The bridge answers (${status}).`
  },
})
