// Several cameras: whose stream the cards show.
import { NativeSelect } from '@mantine/core'
import type { StreamStatus } from '../../nodes/contract/events.ts'
import { nameOf } from '../graph/check.ts'
import { useSignIn } from '../sign-in.ts'
import { useFlow } from '../store.ts'
import { chooseStream } from './chosen-stream.ts'
import { say } from '../words/say.ts'

/** One choice for all cards of the open flow. */
export function StreamChooser({ streams, chosen }: { streams: readonly StreamStatus[]; chosen: string | undefined }) {
  const flowId = useFlow((open) => open.id)
  const flow = useFlow((open) => open.history?.present)
  const types = useSignIn(({ types }) => types)
  const data = streams.map((stream) => ({
    value: stream.id,
    label: nameOf(
      flow?.nodes.find((node) => node.id === stream.source),
      types,
    ),
  }))
  return (
    <NativeSelect
      className="nodrag"
      size="xs"
      aria-label={say('Camera shown')}
      data={data}
      value={chosen}
      data-testid="stream-chooser"
      onChange={(event) => flowId && chooseStream(flowId, event.currentTarget.value)}
    />
  )
}
