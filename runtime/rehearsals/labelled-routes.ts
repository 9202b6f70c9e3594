// What people taught a flow as one zip file: a line of JSON for each clip, the clips beside it, and how to read them. Written while it is
// sent; nothing of it is held in memory or left behind.
import { finished, pipeline } from 'node:stream/promises'
import type { Router } from 'express'
import { ZipFile } from 'yazl'
import { BadRequestError } from '../../nodes/contract/errors.ts'
import { fileNameOf } from '../flows/index.ts'
import { labelledClips, type LabelledClip, type LeftOut } from './labelled-clips.ts'
import type { RehearsalsRouteDeps } from './route-deps.ts'

/** `/api/flows/:id/labelled-time`. */
export function addLabelledRoutes(api: Router, deps: RehearsalsRouteDeps): void {
  api.get('/flows/:id/labelled-time', async (request, response) => {
    const { document } = await deps.flows.get(request.params.id)
    const gone = new AbortController()
    response.once('close', () => gone.abort())
    const missing: LeftOut[] = []
    const clips = labelledClips(deps, request.params.id, (one) => missing.push(one))
    // Before anything is sent: what cannot be given is said as any error is.
    const first = await clips.next()
    if (first.done) throw nothing(missing)
    const zip = new ZipFile()
    const mtime = new Date(deps.nowMs())
    response.set({
      'Content-Type': 'application/zip',
      'Content-Disposition': `attachment; filename*=UTF-8''${encodeURIComponent(fileNameOf(document.name, 'labelled-time.zip'))}`,
    })
    await send(first.value)

    async function send(begun: LabelledClip): Promise<void> {
      const lines: string[] = []
      const add = async ({ path, sample }: LabelledClip): Promise<void> => {
        const stream = await deps.media.readClip(path)
        // Video is small already.
        zip.addReadStream(stream, sample.video_path, { mtime, compress: false })
        lines.push(JSON.stringify(sample))
        // One after the other: what nobody waits for any more is neither opened nor made.
        await finished(stream, { signal: gone.signal }).finally(() => stream.destroy())
      }
      const fill = async (): Promise<void> => {
        await add(begun)
        for await (const clip of clips) await add(clip)
        zip.addBuffer(Buffer.from(`${lines.join('\n')}\n`), 'samples.jsonl', { mtime })
        zip.addBuffer(Buffer.from(readme(document.name, lines.length, missing)), 'README.md', { mtime })
        zip.end()
      }
      // A file that cannot be read is told by its stream as well.
      zip.on('error', () => undefined)
      await Promise.all([
        pipeline(zip.outputStream, response).catch((error: unknown) => {
          if (!gone.signal.aborted) throw error
        }),
        fill().catch((error: unknown) => {
          if (gone.signal.aborted) return
          response.destroy()
          throw error
        }),
      ])
    }
  })
}

function nothing(missing: readonly LeftOut[]): BadRequestError {
  const [first] = missing
  return new BadRequestError(
    'REHEARSAL_NOTHING_LABELLED',
    first
      ? `Of what this flow was taught nothing can be given: ${first.what}: ${first.why}`
      : 'Nobody has taught this flow anything yet: say of its alerts whether they were right, or make tests of them.',
  )
}

const readme = (flow: string, count: number, missing: readonly LeftOut[]): string => `# Labelled time of "${flow}"

${count} ${count === 1 ? 'sample' : 'samples'}: one line of JSON each in \`samples.jsonl\`, the clips below \`clips/\`.

- \`video_name\`, \`video_path\`, \`task_type\`, \`source\`, \`question\`, \`response\`: the annotation form of JoyAI-VL-Interaction; times
  are seconds from the start of the clip, written as strings. A delegation is written \`NOTE </delegation> QUESTION\`.
- \`seconds\`: one entry a second: \`silence\`, \`response\` with its \`text\`, \`delegate\` with its \`question\`; \`null\` where something was
  said that nobody has judged: leave these seconds out of a loss.
- \`weight\`: how sure a person was. \`label\`: what it comes from; \`lacks\` names what a person would have to add.

The pictures are masked as the flow masks them, and without sound. Words that looked like passwords or keys read \`[removed]\`.
${missing.length === 0 ? '' : `\n## Left out\n\n${missing.map(({ what, why }) => `- ${what}: ${why}`).join('\n')}\n`}`
