// "Import…": opens the panel that takes a flow in, from wherever a person looks for it.
import { Button } from '@mantine/core'
import { IconFileImport } from '@tabler/icons-react'
import { beginTaking } from '../sharing/sharing-store.ts'
import { say } from '../words/say.ts'

/** The button. */
export function ImportButton() {
  return (
    <Button
      variant="default"
      onClick={beginTaking}
      leftSection={<IconFileImport size={18} aria-hidden />}
      data-testid="import-flow"
    >
      {say('Import…')}
    </Button>
  )
}
