// "New flow": the way into the gallery, where an empty canvas is offered too.
import { Button } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { follow } from './Rail.tsx'
import { say } from '../words/say.ts'

export function NewFlowButton({ variant = 'filled' }: { variant?: 'filled' | 'default' }) {
  return (
    <Button
      component="a"
      href="/templates"
      onClick={follow}
      variant={variant}
      data-testid="new-flow"
      leftSection={<IconPlus size={18} aria-hidden />}
    >
      {say('New flow')}
    </Button>
  )
}
