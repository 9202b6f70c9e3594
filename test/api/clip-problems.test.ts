// A clip that cannot be played is said before the deploy, not by a stream that fails.
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import cameraSource from '../../nodes/video/camera-source.ts'
import { createClipFinder } from '../../runtime/cameras/clip-finder.ts'
import { startApi } from '../support/api-bench.ts'
import type { ApiBench } from '../support/api-bench.ts'
import { fakeClock } from '../support/fake-clock.ts'
import { memoryApi } from '../support/memory-api.ts'

interface Problem {
  node: string | null
  field: string | null
  code: string
  message: string
  severity: string
}

let root: string
let bench: ApiBench
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'heed-clips-'))
  await mkdir(join(root, 'media'))
  await mkdir(join(root, 'films'))
  await Promise.all([writeFile(join(root, 'media', 'a.mp4'), 'a'), writeFile(join(root, 'films', 'b.mp4'), 'b')])
  await symlink(join(root, 'films', 'b.mp4'), join(root, 'media', 'way-out.mp4'))
  const deps = memoryApi()
  deps.nodes = new Map([...deps.nodes, [cameraSource.type, cameraSource]])
  await start(deps, [])
})
afterEach(async () => {
  await bench.stop()
  await rm(root, { recursive: true })
})

async function start(deps: ReturnType<typeof memoryApi>, extra: string[]): Promise<void> {
  const clips = createClipFinder({ clock: fakeClock(), folders: { media: join(root, 'media'), extra }, bus: undefined })
  deps.media.whyMissing = async (path) => {
    const found = await clips.find(path)
    return found.place === 'nowhere' ? found.trouble : null
  }
  bench = await startApi(deps)
}

async function judge(
  config: Record<string, unknown>,
): Promise<{ check: Problem[]; status: number; deploy: Problem[] }> {
  const at = { x: 0, y: 0 }
  const document = {
    format: 'heed.flow/1',
    name: 'Yard',
    nodes: [
      { id: 'cam', type: 'camera-source', version: 1, position: at, config },
      { id: 'tell', type: 'teller', version: 1, position: at, config: { title: 'Hello' } },
    ],
    wires: [{ from: { node: 'cam', port: 'frames' }, to: { node: 'tell', port: 'frames' } }],
  }
  const { body: flow } = await bench.call<{ id: string }>('POST', '/api/flows', { body: document })
  const check = await bench.call<{ problems: Problem[] }>('POST', `/api/flows/${flow.id}/check`)
  const deploy = await bench.call<{ error?: { problems: Problem[] } }>('POST', `/api/flows/${flow.id}/deploy`)
  return { check: check.body.problems, status: deploy.status, deploy: deploy.body.error?.problems ?? [] }
}

describe('a clip, at check and deploy', () => {
  it.each([
    ['that is not there', 'gone.mp4', 'CAMERA_NOT_FOUND'],
    ['that is a folder', '.', 'CAMERA_PATH_REFUSED'],
    ['outside the media folders', '/etc/passwd', 'CAMERA_PATH_REFUSED'],
    ['whose path climbs out', '../films/b.mp4', 'CAMERA_PATH_REFUSED'],
    ['whose link leads out', 'way-out.mp4', 'CAMERA_PATH_REFUSED'],
  ])('%s is a problem on its field, with the folders named', async (_how, path, code) => {
    for (const config of [{ kind: 'file', path }, { path }]) {
      const { check, status, deploy } = await judge(config)
      expect(check).toMatchObject([{ node: 'cam', field: 'path', code, severity: 'error' }])
      expect(check[0]?.message).toContain(join(root, 'media'))
      expect(check[0]?.message).toContain('HEED_MEDIA_DIRS')
      expect([status, deploy]).toEqual([422, check])
    }
  })

  it('that is there is none, and neither is the path of a camera that plays no clip', async () => {
    expect(await judge({ kind: 'file', path: 'a.mp4' })).toMatchObject({ check: [], status: 202 })
    expect(await judge({ kind: 'url', url: 'http://10.0.0.7/video', path: 'gone.mp4' })).toMatchObject({ status: 202 })
  })
})
