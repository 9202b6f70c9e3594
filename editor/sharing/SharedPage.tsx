// What a link to a flow opens, without an account and without asking any server: the drawing, what it does, what it would want. All of it
// is read from the document behind the hash, nothing from what its sender claims.
import { Button } from '@mantine/core'
import { useEffect, useState } from 'react'
import { payloadIn } from '../../nodes/contract/flow-address.ts'
import { unpackFlow } from '../../nodes/contract/flow-link.ts'
import { FlowSchema, flowFormat, migrateFlow, type Flow } from '../../nodes/contract/flow.ts'
import { isNewer, readDocument } from '../../nodes/contract/read-document.ts'
import { summaryOf, wantsOf } from '../../nodes/contract/shared-flow.ts'
import { FlowDrawing } from './FlowDrawing.tsx'
import { WantsList } from './WantsList.tsx'
import './sharing.css'
import { say } from '../words/say.ts'
import type { Ability } from '../../nodes/contract/connections.ts'
import { toldDefinition } from '../words/served.ts'
import type { DescribedType, DescribedTypes } from '../../nodes/contract/shared-flow.ts'

interface Shared {
  flow: Flow
  isNewer: boolean
  known: KnownTypes
}

async function readShared(hash: string): Promise<Shared> {
  const payload = payloadIn(`/s/${hash}`)
  if (payload === undefined)
    throw new Error(say('This link holds no flow. Copy the whole link, with everything that stands behind its #.'))
  const [document, known] = await Promise.all([unpackFlow(payload).then(readDocument), readKnownTypes()])
  const newer = isNewer(document)
  const read = FlowSchema.safeParse(newer ? { ...document, format: flowFormat } : migrateFlow(document))
  if (read.success) return { flow: read.data, isNewer: newer, known }
  throw new Error(
    newer
      ? say('This flow was written by a newer version of Heed, and this one cannot show it.')
      : say('What this link holds is not a flow that Heed can read. Ask whoever sent it for the file.'),
  )
}

function useShared(): { shared: Shared | null; failure: string | null; hash: string } {
  const [hash, setHash] = useState(location.hash)
  const [shared, setShared] = useState<Shared | null>(null)
  const [failure, setFailure] = useState<string | null>(null)
  useEffect(() => {
    const changed = (): void => setHash(location.hash)
    addEventListener('hashchange', changed)
    return () => removeEventListener('hashchange', changed)
  }, [])
  useEffect(() => {
    let isMine = true
    setShared(null)
    setFailure(null)
    readShared(hash)
      .then((read) => isMine && setShared(read))
      .catch((error: unknown) => isMine && setFailure(error instanceof Error ? error.message : String(error)))
    return () => {
      isMine = false
    }
  }, [hash])
  return { shared, failure, hash }
}

/** The page. */
export function SharedPage() {
  const { shared, failure, hash } = useShared()
  useEffect(() => {
    document.title = shared ? say('{name} · Heed', { name: shared.flow.name }) : 'Heed'
  }, [shared])
  if (!shared)
    return (
      <main className="shared-page" id="main">
        <h1>{say('Heed')}</h1>
        {failure ? (
          <div className="notice" data-tone="bad" role="alert" data-testid="shared-failure">
            {failure}
          </div>
        ) : (
          <div className="skeleton" style={{ height: 240 }} role="status" aria-label={say('Reading')} />
        )}
      </main>
    )
  const { flow, known } = shared
  return (
    <main className="shared-page" id="main" data-testid="shared-page">
      <p className="quiet small">{say('Somebody shares a flow of Heed with you')}</p>
      <h1>{flow.name}</h1>
      {flow.description && <p>{flow.description}</p>}
      {shared.isNewer && (
        <div className="notice" data-tone="warn" role="status">
          {say(
            'This flow was written by a newer version of Heed. You can look at it here; to take it in, update Heed.',
          )}
        </div>
      )}
      <FlowDrawing flow={flow} types={known.types} />
      <section>
        <h2>{say('What it does')}</h2>
        <p className="share-summary" data-testid="shared-summary">
          {summaryOf(flow, known.types)}
        </p>
      </section>
      <section>
        <h2>{say('What it wants')}</h2>
        <WantsList wants={wantsOf(flow, known.types, known.mayRun)} />
      </section>
      {!shared.isNewer && (
        <div>
          <Button component="a" href={`/import${hash}`} size="md" data-testid="shared-take">
            {say('Take it')}
          </Button>
          <p className="small quiet">
            {say(
              'Into the Heed of {host}, after signing in. Nothing is stored before you have seen it there, and nothing starts. This page has asked no server about the flow.',
              { host: location.host },
            )}
          </p>
        </div>
      )}
    </main>
  )
}

// The node types that come with Heed, built into the editor: for the page of a link, which asks no server.
interface KnownTypes {
  types: DescribedTypes
  /** What connections are good for of which some kinds run a program. */
  mayRun: ReadonlySet<Ability>
}

/** Reads them from the editor's own files. */
async function readKnownTypes(): Promise<KnownTypes> {
  const { types, mayRun } = await import('virtual:node-types')
  const described = toldDefinition(types as DescribedType[])
  return { types: new Map(described.map((type) => [type.type, type])), mayRun: new Set(mayRun as Ability[]) }
}
