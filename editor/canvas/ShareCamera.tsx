// The buttons that put this browser's camera or screen on air, and the mark that says that it is.
import { Button, Group } from '@mantine/core'
import { IconAccessPoint, IconDeviceDesktop, IconVideo } from '@tabler/icons-react'
import { startShare, stopShare, useShares } from './share-camera.ts'
import { say } from '../words/say.ts'

/** The on-air mark alone, for bars. */
export function OnAirMark({ label = say('On air') }: { label?: string }) {
  return (
    <span className="on-air" data-testid="on-air">
      <IconAccessPoint size={15} aria-hidden />
      {label}
    </span>
  )
}

/** For one stream. Nothing is captured before a click. */
export function ShareCamera({ streamId }: { streamId: string }) {
  const share = useShares(({ shares }) => shares[streamId])
  if (share && share.state !== 'failed') {
    return (
      <Group gap={8} wrap="nowrap" justify="space-between" className="nodrag">
        <OnAirMark
          label={
            share.state === 'on-air'
              ? say('On air')
              : share.state === 'asking'
                ? say('Asking the browser')
                : say('Reconnecting')
          }
        />
        <Button size="compact-sm" variant="default" onClick={() => stopShare(streamId)} data-testid="share-stop">
          {say('Stop sharing')}
        </Button>
      </Group>
    )
  }
  return (
    <div className="nodrag">
      {share?.trouble && (
        <p className="live-words small" role="alert">
          {share.trouble}
        </p>
      )}
      <Group gap={6} grow>
        <Button
          size="compact-sm"
          variant="default"
          px={6}
          onClick={() => void startShare(streamId, 'camera')}
          data-testid="share-camera"
          leftSection={<IconVideo size={15} aria-hidden />}
        >
          {say('Share camera')}
        </Button>
        <Button
          size="compact-sm"
          variant="default"
          px={6}
          onClick={() => void startShare(streamId, 'screen')}
          data-testid="share-screen"
          leftSection={<IconDeviceDesktop size={15} aria-hidden />}
        >
          {say('Share screen')}
        </Button>
      </Group>
    </div>
  )
}
