// Uploads, clips and the camera test over HTTP.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { NotFoundError } from '../../nodes/contract/errors.ts'
import { startApi } from '../support/api-bench.ts'
import type { ApiBench } from '../support/api-bench.ts'
import { memoryApi } from '../support/memory-api.ts'
import type { MemoryApi } from '../support/memory-api.ts'

interface Refusal {
  error: { code: string; message: string; problems: { field: string | null }[] }
}

let deps: MemoryApi
let bench: ApiBench
beforeEach(async () => {
  deps = memoryApi()
  bench = await startApi(deps)
})
afterEach(() => bench.stop())

const clip = Buffer.concat([Buffer.from([0, 0, 0, 24]), Buffer.from('ftypisom'), Buffer.alloc(300_000, 7)])

async function upload(form: FormData) {
  const payload = new Response(form)
  return bench.call<{ path: string; bytes: number } & Refusal>('POST', '/api/media', {
    body: Buffer.from(await payload.arrayBuffer()),
    headers: { 'content-type': payload.headers.get('content-type') ?? '' },
  })
}

function formWith(name: string, bytes: Uint8Array<ArrayBuffer>): FormData {
  const form = new FormData()
  form.append('note', 'a field beside it')
  form.append('file', new Blob([bytes], { type: 'video/mp4' }), name)
  return form
}

describe('clips', () => {
  it('are uploaded whole, listed and deleted', async () => {
    const answer = await upload(formWith('Sturz im Flur ä.mp4', new Uint8Array(clip)))
    expect([answer.status, answer.body]).toEqual([
      201,
      { path: 'Sturz im Flur ä.mp4', bytes: clip.length, width: 320, height: 240, durationS: 1 },
    ])
    expect(deps.saved.get('Sturz im Flur ä.mp4')?.equals(clip)).toBe(true)
    expect((await bench.call<{ media: unknown[] }>('GET', '/api/media')).body.media).toMatchObject([
      { path: 'Sturz im Flur ä.mp4', bytes: clip.length },
    ])
    expect((await bench.call('DELETE', `/api/media/${encodeURIComponent('Sturz im Flur ä.mp4')}`)).status).toBe(204)
    expect((await bench.call('DELETE', '/api/media/gone.mp4')).status).toBe(404)
  })

  it('are played in a page, part by part, and nothing but video is shown', async () => {
    const folder = await mkdtemp(join(tmpdir(), '.heed-clips-'))
    const files = { 'a.mp4': clip, 'page.html': Buffer.from('<script>alert(1)</script>') }
    for (const [name, bytes] of Object.entries(files)) await writeFile(join(folder, name), bytes)
    deps.media.fileOf = async (path) => {
      if (!(path in files)) throw new NotFoundError('MEDIA_NOT_FOUND', `There is no clip "${path}".`)
      return join(folder, path)
    }
    const ask = (path: string, headers: Record<string, string> = {}) =>
      fetch(`${bench.url}/api/media/clip?path=${encodeURIComponent(path)}`, {
        headers: { authorization: 'Bearer test-token-with-owner-rights', ...headers },
      })
    const whole = await ask('a.mp4')
    expect([whole.status, whole.headers.get('content-type')]).toEqual([200, 'video/mp4'])
    expect(Buffer.from(await whole.arrayBuffer()).equals(clip)).toBe(true)
    const part = await ask('a.mp4', { range: 'bytes=4-11' })
    expect([part.status, await part.text()]).toEqual([206, 'ftypisom'])
    const page = await ask('page.html')
    expect(page.headers.get('content-type')).toBe('application/octet-stream')
    expect(page.headers.get('x-content-type-options')).toBe('nosniff')
    expect((await ask('../../etc/passwd')).status).toBe(404)
    expect((await fetch(`${bench.url}/api/media/clip?path=a.mp4`)).status).toBe(401)
    await rm(folder, { recursive: true })
  })

  it.each(['../../etc/passwd', 'C:\\Users\\me\\passwd', '/etc/passwd'])(
    'lose the folders of a name like %s',
    async (name) => {
      expect((await upload(formWith(name, new Uint8Array(clip)))).body.path).toBe('passwd')
    },
  )

  it("that are no video are refused in the library's words, even when much of them is still to come", async () => {
    const answer = await upload(formWith('notes.txt', new Uint8Array(3_000_000)))
    expect([answer.status, answer.body.error.code]).toEqual([400, 'MEDIA_NOT_VIDEO'])
    deps.media.save = async () => {
      throw Object.assign(new Error('disk full'), { code: 'ENOSPC' })
    }
    expect((await upload(formWith('a.mp4', new Uint8Array(8_000_000)))).body.error.code).toBe('INTERNAL')
    expect((await bench.call('GET', '/api/media')).status).toBe(200)
  })

  it('must come in a form with a file', async () => {
    const form = new FormData()
    form.append('file', 'only text')
    expect((await upload(form)).body.error.code).toBe('MEDIA_FILE_MISSING')
    expect(
      (await bench.call<Refusal>('POST', '/api/media', { body: clip, headers: { 'content-type': 'video/mp4' } })).body
        .error.code,
    ).toBe('MEDIA_NOT_MULTIPART')
    const cut = await bench.call<Refusal>('POST', '/api/media', {
      body: Buffer.from('--b\r\nContent-Disposition: form-data; name="file"; filename="a.mp4"\r\n\r\nhalf'),
      headers: { 'content-type': 'multipart/form-data; boundary=b' },
    })
    expect([cut.status, cut.body.error.code]).toEqual([400, 'MEDIA_UPLOAD_BROKEN'])
    expect(deps.saved.size).toBe(0)
  })

  it('whose sender breaks off end in an error for the library, not in a short clip', async () => {
    const outcome = new Promise<string>((resolve) => {
      const save = deps.media.save
      deps.media.save = (name, body) => {
        const saving = save(name, body)
        saving.then(
          () => resolve('saved'),
          (error: Error) => resolve(error.name),
        )
        return saving
      }
    })
    const socket = connect(bench.port, '127.0.0.1')
    socket.write(
      `POST /api/media HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${deps.token ?? ''}\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 900000\r\n\r\n`,
    )
    socket.write('--b\r\nContent-Disposition: form-data; name="file"; filename="a.mp4"\r\n\r\n')
    socket.write(clip, () => socket.destroy())
    expect(await outcome).toBe('Error')
    expect(deps.saved.size).toBe(0)
  })

  it.each(['..%2F..%2Fetc%2Fpasswd', '%2e%2e/%2e%2e/etc/passwd', 'a%5Cb', '%2Fetc%2Fpasswd'])(
    'are not deleted by a path like %s',
    async (path) => {
      expect((await bench.call<Refusal>('DELETE', `/api/media/${path}`)).body.error.code).toBe('MEDIA_PATH_INVALID')
    },
  )
})

describe('the camera test', () => {
  it('answers what the camera gives or what is wrong with it', async () => {
    const tried: unknown[] = []
    deps.media.probe = async (...given) => {
      tried.push(given)
      return {
        ok: true,
        width: 1280,
        height: 720,
        fps: 25,
        codec: 'h264',
        durationS: null,
        snapshot: 'data:image/jpeg;base64,/9j/',
      }
    }
    const config = { kind: 'url', url: 'http://***@10.0.0.7/video' }
    expect((await bench.call('POST', '/api/cameras/test', { body: { config } })).body).toMatchObject({
      ok: true,
      width: 1280,
    })
    await bench.call('POST', '/api/cameras/test', { body: { config, flow: 'f1', node: 'cam' } })
    expect(tried).toEqual([
      [config, undefined],
      [config, { flowId: 'f1', nodeId: 'cam' }],
    ])
    const filters = [{ do: 'crop', rectangle: { x: 0, y: 0, width: 0.5, height: 1 } }]
    await bench.call('POST', '/api/cameras/test', { body: { config, filters } })
    expect(tried[2]).toEqual([config, undefined, filters])
    expect(
      (
        await bench.call('POST', '/api/cameras/test', {
          body: { config, filters: [{ do: 'drawtext=textfile=/etc/passwd' }] },
        })
      ).status,
    ).toBe(400)
  })

  it('names the setting that is wrong before it tries anything', async () => {
    const answer = await bench.call<Refusal>('POST', '/api/cameras/test', { body: { config: { kind: 'pigeon' } } })
    expect([answer.status, answer.body.error.code]).toEqual([400, 'CAMERA_CONFIG_WRONG'])
    expect(answer.body.error.problems).toMatchObject([{ field: 'kind' }])
    expect((await bench.call<Refusal>('POST', '/api/cameras/test')).body.error.code).toBe('HTTP_BODY_MISSING')
  })
})
