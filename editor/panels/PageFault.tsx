// What stands where a page should be when it could not be fetched or has broken down: a sentence and a way on, never a white screen.
// Heed itself goes on watching meanwhile; only this window shows nothing of it.
import { Button } from '@mantine/core'
import { Component, lazy, useEffect, useState, type ComponentType, type ReactNode } from 'react'
import { hasUnsavedWork } from '../store.ts'
import { Page } from './Page.tsx'
import { say } from '../words/say.ts'

/** The file of a page did not come. */
class PageMissing extends Error {}

/** A page whose file is fetched when it is first opened. */
export function fetchedPage<P>(load: () => Promise<ComponentType<P>>) {
  return lazy(async () => {
    try {
      return { default: await load() }
    } catch (error) {
      throw new PageMissing(String(error), { cause: error })
    }
  })
}

const retryMs = 3000

/** Whether Heed answers; asked again and again until it does. `null` before the first answer. */
function useAnswering(): boolean | null {
  const [isAnswering, setAnswering] = useState<boolean | null>(null)
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    let wasAway = false
    const ask = async (): Promise<void> => {
      const answers = await fetch('/api/health').then(
        () => true,
        () => false,
      )
      setAnswering(answers)
      // It was away and is back: the page can be fetched now. Where something is unsaved, a person says when.
      if (answers && wasAway && !hasUnsavedWork()) location.reload()
      wasAway ||= !answers
      timer = setTimeout(() => void ask(), retryMs)
    }
    void ask()
    return () => clearTimeout(timer)
  }, [])
  return isAnswering
}

const again = (): void => location.reload()

function Missing() {
  const isAnswering = useAnswering()
  if (isAnswering === null) return <Page title="">{null}</Page>
  return (
    <Page title={say('This page is not here yet')}>
      <div className="notice" data-tone="warn" role="alert" data-testid="page-missing">
        {isAnswering
          ? say('Heed was updated while this window was open. Load the window again to see the new pages.')
          : say('Heed does not answer, so this page cannot be fetched. It opens by itself as soon as Heed is back.')}
      </div>
      <Button mt={16} onClick={again}>
        {say('Load again')}
      </Button>
    </Page>
  )
}

function Broken({ error }: { error: Error }) {
  return (
    <Page title={say('This page has broken down')}>
      <div className="notice" data-tone="bad" role="alert" data-testid="page-broken">
        {say('Heed goes on watching; only this page cannot be drawn. Load it again, or go to another page.')}
      </div>
      <Button my={16} onClick={again}>
        {say('Load again')}
      </Button>
      <details>
        <summary>{say('For whoever looks into it')}</summary>
        <pre className="fault-words">{error.stack ?? error.message}</pre>
      </details>
    </Page>
  )
}

interface Props {
  /** Which page it is: another one begins anew. */
  at?: string
  /** Nothing is said: what is missing is no page, and the page around it still serves. */
  isQuiet?: boolean
  children: ReactNode
}

/** Around one page. */
export class PageBoundary extends Component<Props, { error: Error | null }> {
  override state: { error: Error | null } = { error: null }

  static getDerivedStateFromError(error: unknown): { error: Error } {
    return { error: error instanceof Error ? error : new Error(String(error)) }
  }

  override componentDidUpdate({ at }: Props): void {
    if (at !== this.props.at && this.state.error !== null) this.setState({ error: null })
  }

  override render(): ReactNode {
    const { error } = this.state
    if (error === null) return this.props.children
    if (this.props.isQuiet) return null
    return error instanceof PageMissing ? <Missing /> : <Broken error={error} />
  }
}
