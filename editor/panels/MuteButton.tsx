// Turns all sound of Heed in this browser on or off: alerts, and what is said aloud.
import { ActionIcon, Button } from '@mantine/core'
import { IconVolume, IconVolumeOff } from '@tabler/icons-react'
import { setMuted, useSignIn } from '../sign-in.ts'
import { say } from '../words/say.ts'

/** The same switch wherever it stands; a small one says in its title what it is. */
export function MuteButton({ isSmall }: { isSmall?: boolean }) {
  const isMuted = useSignIn(({ isMuted }) => isMuted)
  const Found = isMuted ? IconVolumeOff : IconVolume
  const words = isMuted ? say('Sound is off') : say('Sound is on')
  const shared = { 'aria-pressed': isMuted, onClick: () => setMuted(!isMuted), 'data-testid': 'mute' } as const
  if (isSmall)
    return (
      <ActionIcon variant="subtle" size="lg" aria-label={say('Mute')} title={words} {...shared}>
        <Found size={18} aria-hidden />
      </ActionIcon>
    )
  return (
    <Button variant="default" leftSection={<Found size={18} aria-hidden />} {...shared}>
      {words}
    </Button>
  )
}
