// Both panels of sharing, and the ways that lead to them from anywhere in the editor: a file that is dropped, a link or a picture
// that is pasted, and the address that a shared page leads to.
import { Suspense, useEffect, useState } from 'react'
import { linkTo } from '../../nodes/contract/flow-address.ts'
import { go } from '../route.ts'
import { fetchedPage } from '../panels/PageFault.tsx'
import { isFlowText, isForeignText, lookAt, useSharing } from './sharing-store.ts'
import './sharing.css'
import { say } from '../words/say.ts'

function isText(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || target.matches('input, textarea, select'))
}

/** Files that may hold a flow; a clip that is dropped on its own field stays there. */
function bringsFile({ dataTransfer, target }: DragEvent): boolean {
  if (!dataTransfer?.types.includes('Files') || (target instanceof HTMLElement && target.matches('input[type=file]')))
    return false
  return ![...dataTransfer.items].some(({ type }) => /^(?:video|audio)\//.test(type))
}

function onPaste(event: ClipboardEvent): void {
  if (event.defaultPrevented || isText(event.target)) return
  const picture = [...(event.clipboardData?.files ?? [])].find(({ type }) => type === 'image/png')
  const text = event.clipboardData?.getData('text/plain') ?? ''
  if (!picture && !isFlowText(text) && !isForeignText(text)) return
  event.preventDefault()
  void lookAt(picture ?? text)
}

function useWaysIn(): boolean {
  const [isOver, setOver] = useState(false)
  useEffect(() => {
    const listeners = new AbortController()
    const { signal } = listeners
    addEventListener('paste', onPaste, { signal })
    addEventListener(
      'dragover',
      (event) => {
        if (!bringsFile(event)) return
        event.preventDefault()
        setOver(true)
      },
      { signal },
    )
    addEventListener('dragleave', (event) => event.relatedTarget === null && setOver(false), { signal })
    addEventListener(
      'drop',
      (event) => {
        setOver(false)
        const file = bringsFile(event) ? event.dataTransfer?.files[0] : undefined
        if (!file) return
        event.preventDefault()
        void lookAt(file)
      },
      { signal },
    )
    return () => listeners.abort()
  }, [])
  return isOver
}

const GiveAway = fetchedPage(async () => (await import('./GiveAway.tsx')).GiveAway)
const TakeIn = fetchedPage(async () => (await import('./TakeIn.tsx')).TakeIn)

/** True from the first time on: what has been open closes as gently as it came. */
function useOnce(isOpen: boolean): boolean {
  const [was, setWas] = useState(false)
  if (isOpen && !was) setWas(true)
  return was || isOpen
}

/** `payload`: the flow of a link that led here. */
export function Sharing({ payload }: { payload: string | null }) {
  const isOver = useWaysIn()
  const hasGiven = useOnce(useSharing(({ giving }) => giving !== null))
  const hasTaken = useOnce(useSharing(({ isTaking }) => isTaking))
  useEffect(() => {
    if (payload === null) return
    go('/flows', { replace: true })
    void lookAt(linkTo(location.origin, payload))
  }, [payload])
  return (
    <>
      {isOver && (
        <div className="drop-anywhere" data-testid="import-drop">
          {say('Let go to look at the flow')}
        </div>
      )}
      <Suspense fallback={null}>
        {hasGiven && <GiveAway />}
        {hasTaken && <TakeIn />}
      </Suspense>
    </>
  )
}
