// Speak instead of typing: opens the microphone, and says all the while that it is open.
import { Button } from '@mantine/core'
import { IconMicrophone, IconMicrophoneOff } from '@tabler/icons-react'
import { useEffect } from 'react'
import { OnAirMark } from '../canvas/ShareCamera.tsx'
import { startMicrophone, stopMicrophone, useMicrophone } from '../microphone.ts'
import { say } from '../words/say.ts'

/** For one voice-input card; leaving the page closes the microphone. */
export function VoiceButton({ flowId, node, isRunning }: { flowId: string; node: string; isRunning: boolean }) {
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
