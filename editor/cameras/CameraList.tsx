// Many cameras at once, from a spreadsheet: each line is judged before anything is added.
import { Button, FileButton, Textarea } from '@mantine/core'
import { IconFileSpreadsheet } from '@tabler/icons-react'
import { useState } from 'react'
import { api } from '../api.ts'
import type { CameraLineView } from '../views.ts'
import { count, say } from '../words/say.ts'
import { camerasQuery, readAgain } from '../queries.ts'

const example = `name,url,user,password,tags\n${say('Front door')},rtsp://10.0.0.7/stream2,admin,****,yard`

function useList(onDone: () => void) {
  const [csv, setCsv] = useState('')
  const [lines, setLines] = useState<CameraLineView[] | null>(null)
  const [failure, setFailure] = useState<string | null>(null)
  const [isBusy, setBusy] = useState(false)
  const send = (text: string, onlyCheck: boolean): void => {
    setBusy(true)
    setFailure(null)
    api
      .addCameras(text, onlyCheck)
      .then(async (answer) => {
        setLines(answer.lines)
        if (onlyCheck) return
        await readAgain(camerasQuery)
        if (answer.good === answer.lines.length) onDone()
      })
      .catch((error: unknown) => setFailure(error instanceof Error ? error.message : String(error)))
      .finally(() => setBusy(false))
  }
  const take = (text: string): void => {
    setCsv(text)
    setLines(null)
    if (text.trim() !== '') send(text, true)
  }
  const change = (text: string): void => {
    setCsv(text)
    setLines(null)
  }
  return { csv, lines, failure, isBusy, send, take, change }
}

/** The side panel's content. */
export function CameraList({ onDone }: { onDone(): void }) {
  const { csv, lines, failure, isBusy, send, take, change } = useList(onDone)
  const wrong = lines?.filter(({ ok }) => !ok) ?? []
  const good = (lines?.length ?? 0) - wrong.length
  return (
    <div className="stack">
      <p className="small quiet">
        {say('One camera a line. The first line names the columns; user, password and tags may be left out.')}
      </p>
      <div>
        <FileButton onChange={(file) => void file?.text().then(take)} accept=".csv,text/csv,text/plain">
          {(props) => (
            <Button {...props} variant="default" leftSection={<IconFileSpreadsheet size={18} aria-hidden />}>
              {say('Choose a CSV file')}
            </Button>
          )}
        </FileButton>
      </div>
      <Textarea
        label={say('Or paste it here')}
        placeholder={example}
        autosize
        minRows={4}
        maxRows={12}
        value={csv}
        onChange={(event) => change(event.currentTarget.value)}
        onBlur={() => lines === null && csv.trim() !== '' && send(csv, true)}
        data-testid="camera-csv"
      />
      {failure && (
        <div className="notice" data-tone="bad" role="alert">
          {failure}
        </div>
      )}
      {wrong.length > 0 && (
        <ul className="notice camera-lines" data-tone="warn" data-testid="camera-lines">
          {wrong.map(({ line, message }) => (
            <li key={line}>{say('Line {line}: {message}', { line, message })}</li>
          ))}
        </ul>
      )}
      <div className="row">
        <Button
          loading={isBusy}
          disabled={csv.trim() === '' || (lines !== null && good === 0)}
          onClick={() => send(csv, lines === null)}
          data-testid="camera-add-list"
        >
          {lines === null ? say('Look it over') : say('Add {cameras}', { cameras: count(good, 'camera') })}
        </Button>
      </div>
    </div>
  )
}
