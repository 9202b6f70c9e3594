// `heed rehearse` as a build server runs it: a Heed of its own, the built-in model, labelled clips, an exit code.
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { clipsFolder, describeWithClips } from '../support/clips.ts'
import { eventually } from '../support/product.ts'
import { alertFlow } from '../support/product-flows.ts'

const script = fileURLToPath(new URL('../../runtime/rehearse.ts', import.meta.url))
const clips = ['fall_walk_forward.mp4', 'nofall_lying_on_bed.mp4']
const model = { connection: 'edge', instruction: 'Warn the moment a person falls.', watchFor: ['fall'] }

const run = (...args: string[]): Promise<{ code: number; out: string; complaint: string }> =>
  new Promise((resolve) => {
    execFile(process.execPath, [script, ...args], (error, out, complaint) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, complaint }),
    )
  })

describeWithClips('heed rehearse', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rehearse-test-'))
    const flow = alertFlow({
      name: 'Fall',
      camera: { kind: 'file', path: 'x.mp4', loop: false },
      model,
      notification: { channel: 'webhook', url: 'http://192.0.2.1/never', title: 'Fall' },
    })
    const silent = { clip: clips[1], expect: [], never: [{ action: 'response' }] }
    const right = [{ clip: clips[0], expect: [{ within: [2, 6], action: 'response' }], never: [] }, silent]
    const wrong = [{ clip: clips[0], expect: [], never: [{ action: 'webhook' }] }, silent]
    await writeFile(join(folder, 'right.json'), JSON.stringify({ ...flow, tests: right }))
    await writeFile(join(folder, 'wrong.json'), JSON.stringify({ ...flow, tests: wrong }))
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  it('says by its exit code what the flows’ own tests say, and leaves nothing behind', async () => {
    const before = (await readdir(tmpdir())).filter((name) => name.startsWith('heed-rehearse-'))
    const files = ['right.json', 'wrong.json'].map((name) => join(folder, name))
    const paths = clips.map((clip) => join(clipsFolder, clip))
    const { code, out, complaint } = await run(...files, '--clips', ...paths, '--junit', join(folder, 'out.xml'))
    expect([code, complaint]).toEqual([1, ''])
    const [first = '', second = ''] = out.split(files[1] ?? '')
    expect(first).toContain('1 hits, 0 misses, 0 false alarms')
    expect(second).toContain('FALSE ALARM')
    const junit = await readFile(join(folder, 'out.xml'), 'utf8')
    expect(junit.match(/<testsuite /g)).toHaveLength(4)
    expect(junit.match(/<failure/g)).toHaveLength(1)
    const after = (await readdir(tmpdir())).filter((name) => name.startsWith('heed-rehearse-'))
    expect(after).toEqual(before)
  })

  it('takes back what it began when it is ended', async () => {
    const mine = async (): Promise<string[]> =>
      (await readdir(tmpdir())).filter((name) => name.startsWith('heed-rehearse-'))
    const before = await mine()
    const child = execFile(process.execPath, [
      script,
      join(folder, 'right.json'),
      '--clips',
      join(clipsFolder, clips[0] ?? ''),
    ])
    const ended = once(child, 'exit')
    let complaint = ''
    child.stderr?.on('data', (text: string) => (complaint += text))
    await eventually('its own Heed begins', async () => (await mine()).length > before.length)
    child.kill('SIGINT')
    expect([(await ended)[0], complaint]).toEqual([2, 'The rehearsal was ended before it was done.\n'])
    expect(await mine()).toEqual(before)
  })

  it('says in words what was not asked rightly', async () => {
    expect(await run()).toMatchObject({ code: 2, out: '' })
    const nobody = await run('Fall', '--url', 'http://127.0.0.1:9')
    expect(nobody).toMatchObject({ code: 2 })
    expect(nobody.complaint).toContain('Nobody answers at http://127.0.0.1:9')
  })
})
