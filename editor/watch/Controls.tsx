// What a person does on the watch page: ask, speak, arm. Changes no flow.
import { does } from '../../nodes/contract/traits.ts'
import type { Flow } from '../../nodes/contract/flow.ts'
import { nameOf } from '../graph/check.ts'
import { areaOf } from '../graph/room.ts'
import { useLive } from '../live.ts'
import { ArmSwitch } from '../panels/ArmSwitch.tsx'
import { AskBox } from '../panels/AskBox.tsx'
import { useSignIn } from '../sign-in.ts'
import { say } from '../words/say.ts'
import { Button } from '@mantine/core'
import { IconMicrophone, IconMicrophoneOff } from '@tabler/icons-react'
import { useEffect } from 'react'
import { OnAirMark } from '../canvas/ShareCamera.tsx'
import { startMicrophone, stopMicrophone, useMicrophone } from '../microphone.ts'

/** `streamId` where one of several cameras is meant. */
export function Controls({
  flow,
  flowId,
  streamId,
  isOn,
}: {
  flow: Flow
  flowId: string
  streamId: string | undefined
  isOn: boolean
}) {
  const types = useSignIn(({ types }) => types)
  const status = useLive((live) => {
    const streams = live.status[flowId]?.streams
    return (streams?.find(({ id }) => id === streamId) ?? streams?.[0])?.nodes
  })
  const arms = flow.nodes.filter(({ type }) => does(types.get(type), 'arm'))
  const ear = flow.nodes.find(({ type }) => does(types.get(type), 'listen'))
  const models = flow.nodes.filter(({ type }) => areaOf(types.get(type)) === 'model')
  return (
    <div className="watch-controls">
      {models.length > 0 && <AskBox flowId={flowId} models={models} isRunning={isOn} stream={streamId} />}
      {ear && <VoiceButton flowId={flowId} node={ear.id} isRunning={isOn} />}
      {arms.map((node) => (
        <ArmSwitch
          key={node.id}
          flowId={flowId}
          node={node.id}
          status={isOn ? status?.[node.id] : undefined}
          label={arms.length > 1 ? nameOf(node, types) : say('Armed')}
        />
      ))}
    </div>
  )
}

/** For one voice-input card; leaving the page closes the microphone. */
function VoiceButton({ flowId, node, isRunning }: { flowId: string; node: string; isRunning: boolean }) {
  const { state, isHearing, heard, trouble } = useMicrophone()
  useEffect(() => stopMicrophone, [flowId, node])
  useEffect(() => {
    if (!isRunning) stopMicrophone()
  }, [isRunning])
  return (
    <div className="stack-tight">
      <div className="row">
        {state === 'off' ? (
          <Button
            variant="default"
            disabled={!isRunning}
            onClick={() => void startMicrophone(flowId, node)}
            leftSection={<IconMicrophone size={18} aria-hidden />}
            data-testid="microphone"
          >
            {say('Speak')}
          </Button>
        ) : (
          <Button
            variant="default"
            onClick={stopMicrophone}
            leftSection={<IconMicrophoneOff size={18} aria-hidden />}
            data-testid="microphone-stop"
          >
            {say('Stop listening')}
          </Button>
        )}
        {state === 'asking' && <span className="small quiet">{say('Asking the browser')}</span>}
        {state === 'loading' && <span className="small quiet">{say('Getting ready to listen')}</span>}
        {state === 'on-air' && <OnAirMark label={isHearing ? say('Hears you') : say('Microphone is on air')} />}
      </div>
      <div role="status">
        {heard !== null && (
          <p className="small quiet" data-testid="heard">
            {say('Heard: {heard}', { heard })}
          </p>
        )}
      </div>
      {trouble && (
        <div className="notice" data-tone="bad" role="alert">
          {trouble}
        </div>
      )}
    </div>
  )
}
