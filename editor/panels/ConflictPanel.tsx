// Somebody else saved this flow first: both versions with their differences in words, and a choice. Nothing is lost either way.
import { Button } from '@mantine/core'
import { useState } from 'react'
import type { Flow } from '../../nodes/contract/flow.ts'
import { differences } from '../graph/compare.ts'
import { useSession } from '../session.ts'
import { chooseVersion, useFlow } from '../store.ts'

function Lines({ lines }: { lines: readonly string[] }) {
  return (
    <ul className="small">
      {lines.length === 0 ? <li>Nothing else</li> : lines.map((line) => <li key={line}>{line}</li>)}
    </ul>
  )
}

/** Drawn over the canvas while there are two versions. */
export function ConflictPanel({ mine }: { mine: Flow }) {
  const save = useFlow((open) => open.save)
  const types = useSession((session) => session.types)
  const [isBusy, setBusy] = useState(false)
  if (save.kind !== 'conflict') return null
  const choose = (side: 'mine' | 'theirs'): void => {
    setBusy(true)
    void chooseVersion(side).finally(() => setBusy(false))
  }
  return (
    <section className="conflict surface" role="alertdialog" aria-labelledby="conflict-title" data-testid="conflict">
      <h2 id="conflict-title">This flow was changed somewhere else</h2>
      <p>
        Your version is not saved yet. Choose which one goes on; the other stays among the saved revisions or, if it is
        yours, in undo.
      </p>
      <div className="conflict-sides">
        <div>
          <h3>Yours, compared with theirs</h3>
          <Lines lines={differences(save.theirs.document, mine, types)} />
          <Button fullWidth loading={isBusy} onClick={() => choose('mine')} data-testid="conflict-mine">
            Keep mine
          </Button>
        </div>
        <div>
          <h3>Theirs, compared with yours</h3>
          <Lines lines={differences(mine, save.theirs.document, types)} />
          <Button
            fullWidth
            variant="default"
            loading={isBusy}
            onClick={() => choose('theirs')}
            data-testid="conflict-theirs"
          >
            Take theirs
          </Button>
        </div>
      </div>
    </section>
  )
}
