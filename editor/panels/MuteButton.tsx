// Turns all sound of Heed in this browser on or off: alerts, and what is said aloud.
import { Button } from '@mantine/core'
import { IconVolume, IconVolumeOff } from '@tabler/icons-react'
import { setMuted, useSession } from '../session.ts'

/** The same switch wherever it stands. */
export function MuteButton() {
  const isMuted = useSession((session) => session.isMuted)
  const Found = isMuted ? IconVolumeOff : IconVolume
  return (
    <Button variant="default" aria-pressed={isMuted} onClick={() => setMuted(!isMuted)} data-testid="mute" leftSection={<Found size={18} aria-hidden />}>
      {isMuted ? 'Sound is off' : 'Sound is on'}
    </Button>
  )
}
