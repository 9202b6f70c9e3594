// A push to a browser: what it carries, how large it may get, and what the worker in the browser makes of it.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runInNewContext } from 'node:vm'
import { expect, it } from 'vitest'
import notification from '../../nodes/action/notification.ts'
import type { PushPort } from '../../nodes/contract/capabilities.ts'
import { testMessage, testNode } from '../support/test-node.ts'

type Note = Parameters<PushPort['send']>[0]
const jpeg = new Uint8Array([0xff, 0xd8, 0xff])
const hostile = '<img src=x onerror=alert(1)> {{flow}} @everyone\r\nBcc: x@evil.example'

async function pushed(
  text: string,
  config: Record<string, unknown> = {},
  base = 'https://heed.example',
): Promise<Note> {
  const sent: Note[] = []
  const node = testNode(notification, {
    config: { channel: 'web-push', title: '{{text}}', ...config },
    clients: {
      push: {
        send: async (note) => {
          sent.push(note)
          return 2
        },
      },
    },
    pictures: { ofEvent: async () => jpeg, recentOfEvent: async () => [], md5: () => '' },
    pictureUrl: ({ eventId }) => (base === '' ? undefined : `${base}/api/acknowledge/${eventId}/frame`),
  })
  expect((await node.perform(testMessage(text, { eventId: 'e1' }))).summary).toBe('Sent to 2 devices.')
  return sent[0]!
}

it('brings the signed address of the picture where the server is reached by https, and only then', async () => {
  expect(await pushed('A person has fallen.')).toMatchObject({
    image: 'https://heed.example/api/acknowledge/e1/frame',
    url: 'http://heed.test/ack/e1',
    tag: 'e1_node',
  })
  expect(await pushed('A person has fallen.', { sendPicture: false })).not.toHaveProperty('image')
  expect(await pushed('A person has fallen.', {}, '')).not.toHaveProperty('image')
})

it.each([hostile, '\u0001'.repeat(5000), '跌'.repeat(5000), '🛟'.repeat(3000)])(
  'is text, on one line where it must be, and fits into a push whatever it says',
  async (text) => {
    // As long as the address of a signed link gets.
    const note = await pushed(text, {}, `https://${'heed.'.repeat(12)}example/${'x'.repeat(240)}`)
    expect(note.title).not.toMatch(/[\r\n]/)
    // RFC 8188 and 8291 leave 3993 bytes of 4096.
    expect(Buffer.byteLength(JSON.stringify({ ...note, url: 'x'.repeat(300) }))).toBeLessThan(3993)
  },
)

it('is shown with its picture, and opens nothing but its link', async () => {
  const listeners = new Map<string, (event: unknown) => void>()
  const shown: { title: string; options: Record<string, unknown> }[] = []
  const opened: string[] = []
  const self = {
    addEventListener: (name: string, listener: (event: unknown) => void) => listeners.set(name, listener),
    clients: { openWindow: (url: string) => opened.push(url) },
    registration: {
      showNotification: (title: string, options: Record<string, unknown>) => shown.push({ title, options }),
    },
  }
  runInNewContext(await readFile(join(import.meta.dirname, '../../editor/public/service-worker.js'), 'utf8'), {
    self,
    Boolean,
  })
  for (const note of [await pushed('Fell.'), await pushed('Fell.', { sendPicture: false })])
    listeners.get('push')?.({ data: { json: () => note }, waitUntil: () => undefined })
  expect(shown.map(({ title, options }) => [title, options.body, options.image])).toEqual([
    ['Fell.', 'Fell.', 'https://heed.example/api/acknowledge/e1/frame'],
    ['Fell.', 'Fell.', undefined],
  ])
  listeners.get('notificationclick')?.({
    notification: { close: () => undefined, data: shown[0]?.options.data },
    waitUntil: () => undefined,
  })
  expect(opened).toEqual(['http://heed.test/ack/e1'])
})
