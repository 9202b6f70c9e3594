// "Import…": a file chooser, and a place to drop a file on. Says in words what was wrong with it.
import { Button } from '@mantine/core'
import { IconFileImport } from '@tabler/icons-react'
import { useRef, useState, type DragEvent, type ReactNode } from 'react'
import { importFile } from './share-flow.ts'

function useImport() {
  const [failure, setFailure] = useState<string | null>(null)
  const [isBusy, setBusy] = useState(false)
  const take = (file: File | undefined): void => {
    if (!file || isBusy) return
    setFailure(null)
    setBusy(true)
    importFile(file)
      .catch((error: unknown) => setFailure(error instanceof Error ? error.message : String(error)))
      .finally(() => setBusy(false))
  }
  return { failure, isBusy, take }
}

/** `children` gets the button and stands inside of the place to drop on. */
export function ImportFlow({ children }: { children(button: ReactNode): ReactNode }) {
  const { failure, isBusy, take } = useImport()
  const [isOver, setOver] = useState(false)
  const input = useRef<HTMLInputElement>(null)
  const isFile = (event: DragEvent): boolean => event.dataTransfer.types.includes('Files')
  const button = (
    <>
      <Button
        variant="default"
        loading={isBusy}
        onClick={() => input.current?.click()}
        leftSection={<IconFileImport size={18} aria-hidden />}
        data-testid="import-flow"
      >
        Import…
      </Button>
      <input
        ref={input}
        type="file"
        accept=".json,application/json"
        hidden
        data-testid="import-file"
        onChange={(event) => {
          take(event.currentTarget.files?.[0])
          event.currentTarget.value = ''
        }}
      />
    </>
  )
  return (
    <div
      className="drop-place"
      data-over={isOver || undefined}
      data-testid="import-drop"
      onDragOver={(event) => {
        if (isFile(event)) {
          event.preventDefault()
          setOver(true)
        }
      }}
      onDragLeave={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setOver(false)
      }}
      onDrop={(event) => {
        if (isFile(event)) {
          event.preventDefault()
          setOver(false)
          take(event.dataTransfer.files[0])
        }
      }}
    >
      {failure && (
        <div className="notice page-notice" data-tone="bad" role="alert" data-testid="import-failure">
          {failure}
        </div>
      )}
      {children(button)}
    </div>
  )
}
