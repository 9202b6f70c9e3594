// What pressing Deploy will do to what runs, in one quiet line beside the button. Says nothing while it is not known.
import { useEffect, useState } from 'react'
import type { Flow } from '../../nodes/contract/flow.ts'
import { ApiError, api } from '../api.ts'
import { streamIdOf } from '../graph/cameras-of-node.ts'
import { useSignIn } from '../sign-in.ts'
import { useFlow } from '../store.ts'
import type { DeployChanges } from '../views.ts'
import { deployWords } from '../words.ts'
import { say } from '../words/say.ts'

/** Asked again with every saved version, while something is drawn that does not run yet. */
export function DeployNote({ flow, flowId }: { flow: Flow; flowId: string }) {
  const save = useFlow((open) => open.save.kind)
  const revision = useFlow((open) => open.revision)
  const types = useSignIn(({ types }) => types)
  const [changes, setChanges] = useState<DeployChanges | null>(null)
  useEffect(() => {
    if (save !== 'saved') return
    let isHere = true
    api.deployPreview(flowId).then(
      // A flow with problems says so on its cards.
      ({ changes: found, problems }) =>
        isHere && setChanges(problems.some(({ severity }) => severity === 'error') ? null : found),
      (error: unknown) => {
        if (!(error instanceof ApiError)) throw error
        if (isHere) setChanges(null)
      },
    )
    return () => {
      isHere = false
    }
  }, [flowId, revision, save])
  if (!changes) return null
  const nameOf = (stream: string): string => {
    const node = flow.nodes.find(({ id }) => streamIdOf(flowId, id) === stream)
    return node?.name || types.get(node?.type ?? '')?.title || say('a camera')
  }
  return (
    <span className="deploy-note quiet small" role="status" data-testid="deploy-note">
      {deployWords(changes, nameOf)}
    </span>
  )
}
