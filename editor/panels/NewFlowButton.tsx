// "New flow": the way into the gallery, where an empty canvas is offered too.
import { Button } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { follow } from './Rail.tsx'

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
      New flow
    </Button>
  )
}
