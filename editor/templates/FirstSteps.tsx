// Where nothing is drawn yet: what runs here at once, and the way to all the rest.
import { Button } from '@mantine/core'
import { IconLayoutGrid, IconPlayerPlay } from '@tabler/icons-react'
import { useState } from 'react'
import { Page, Skeletons } from '../panels/Page.tsx'
import { follow } from '../panels/Rail.tsx'
import { EmptyCanvasButton } from './EmptyCanvasButton.tsx'
import './gallery.css'
import { useWords } from './gallery-words.ts'
import { LanguageSwitch } from '../words/LanguageSwitch.tsx'
import { watchExample } from './start-template.ts'
import { TemplateCard } from './TemplateCard.tsx'
import { templatesQuery, useRead } from '../queries.ts'

/** The first of these are proposed; the rest is one press away. */
const mostShown = 6
/** What people come for most. */
const first = ['fall-alert', 'coming-and-going', 'zone-entered']

function Example() {
  const { language, words } = useWords()
  const [isBusy, setBusy] = useState(false)
  const [failure, setFailure] = useState<string | null>(null)
  const watch = (): void => {
    setBusy(true)
    setFailure(null)
    watchExample(words.exampleName, language)
      .catch((error: unknown) => setFailure(error instanceof Error ? error.message : String(error)))
      .finally(() => setBusy(false))
  }
  return (
    <section className="example surface" aria-labelledby="example-title">
      <div>
        <h2 id="example-title">{words.example}</h2>
        <p className="quiet">{words.exampleText}</p>
        {failure && (
          <div className="notice" data-tone="bad" role="alert">
            {failure}
          </div>
        )}
      </div>
      <Button
        size="md"
        loading={isBusy}
        onClick={watch}
        leftSection={<IconPlayerPlay size={18} aria-hidden />}
        data-testid="watch-example"
      >
        {words.example}
      </Button>
    </section>
  )
}

/** The page instead of an empty list. */
export function FirstSteps() {
  const { language, words } = useWords()
  const { data, failure, again } = useRead(templatesQuery(language))
  const rank = (id: string): number => (first.includes(id) ? first.indexOf(id) : first.length)
  const here = data?.templates
    .filter(({ runsHere }) => runsHere)
    .sort((a, b) => rank(a.id) - rank(b.id))
    .slice(0, mostShown)
  return (
    <Page title={words.welcome} isWide aside={<LanguageSwitch />}>
      <div lang={language} data-testid="first-steps">
        <p className="quiet lead">{words.welcomeLead}</p>
        {failure && (
          <div className="notice gallery-note row" data-tone="bad" role="alert">
            <span style={{ flex: 1 }}>
              {words.cannotRead} {failure}
            </span>
            <Button size="compact-sm" variant="default" onClick={again}>
              {words.again}
            </Button>
          </div>
        )}
        <Example />
        {!here && failure === null && <Skeletons count={2} height={220} />}
        {here && here.length > 0 && (
          <section aria-labelledby="start-here">
            <h2 id="start-here" className="start-here">
              {words.startHere}
            </h2>
            <ul className="template-list">
              {here.map((template) => (
                <li key={template.id}>
                  <TemplateCard template={template} />
                </li>
              ))}
            </ul>
          </section>
        )}
        <div className="row first-ways">
          <Button
            component="a"
            href="/templates"
            onClick={follow}
            leftSection={<IconLayoutGrid size={18} aria-hidden />}
            variant="default"
            data-testid="to-gallery"
          >
            {words.everything}
          </Button>
          <EmptyCanvasButton />
        </div>
      </div>
    </Page>
  )
}
