// All templates: found by words and by what they can do, each with the shape of its flow and whether it runs here now.
import { Button, Switch, TextInput } from '@mantine/core'
import { IconLayoutGrid, IconSearch } from '@tabler/icons-react'
import { useState } from 'react'
import { Empty, Page, Skeletons } from '../panels/Page.tsx'
import { EmptyCanvasButton } from './EmptyCanvasButton.tsx'
import { findTemplates, type Wanted } from './find-templates.ts'
import './gallery.css'
import { capabilityWords, useWords } from './gallery-words.ts'
import { LanguageSwitch } from '../words/LanguageSwitch.tsx'
import { TemplateCard } from './TemplateCard.tsx'
import { TemplatePage } from './TemplatePage.tsx'
import { templatesQuery, useRead } from '../queries.ts'
import type { TemplateView } from './template-views.ts'

function Filters({
  templates,
  wanted,
  onChange,
}: {
  templates: readonly TemplateView[]
  wanted: Wanted
  onChange(wanted: Wanted): void
}) {
  const { language, words } = useWords()
  const there = capabilityWords.filter(([name]) => templates.some(({ capability }) => capability === name))
  const chip = (name: string | null, label: string) => (
    <button
      key={name ?? 'all'}
      type="button"
      className="chip"
      aria-pressed={wanted.capability === name}
      onClick={() => onChange({ ...wanted, capability: name })}
      data-testid={`capability-${name ?? 'all'}`}
    >
      {label}
      <span className="quiet nums">{findTemplates(templates, { ...wanted, capability: name }).length}</span>
    </button>
  )
  return (
    <div className="gallery-filters">
      <div className="gallery-search">
        <TextInput
          type="search"
          aria-label={words.searchLabel}
          placeholder={words.search}
          leftSection={<IconSearch size={16} aria-hidden />}
          value={wanted.words}
          onChange={(event) => onChange({ ...wanted, words: event.currentTarget.value })}
          data-testid="gallery-search"
        />
        <Switch
          label={words.onlyHere}
          checked={wanted.onlyHere}
          onChange={(event) => onChange({ ...wanted, onlyHere: event.currentTarget.checked })}
          data-testid="only-here"
        />
      </div>
      <div className="chips" role="group">
        {chip(null, words.all)}
        {there.map(([name, label]) => chip(name, label[language]))}
      </div>
    </div>
  )
}

function Cards({ templates }: { templates: readonly TemplateView[] }) {
  return (
    <ul className="template-list">
      {templates.map((template) => (
        <li key={template.id}>
          <TemplateCard template={template} />
        </li>
      ))}
    </ul>
  )
}

/** By capability while nobody looks for anything; one list, the best first, as soon as somebody does. */
function Found({
  templates,
  wanted,
  onReset,
}: {
  templates: readonly TemplateView[]
  wanted: Wanted
  onReset(): void
}) {
  const { language, words } = useWords()
  const found = findTemplates(templates, wanted)
  if (templates.length === 0)
    return (
      <Empty icon={<IconLayoutGrid size={40} stroke={1.25} aria-hidden />} action={<EmptyCanvasButton />}>
        {words.none}
      </Empty>
    )
  if (found.length === 0)
    return (
      <Empty
        icon={<IconSearch size={40} stroke={1.25} aria-hidden />}
        action={
          <Button variant="default" onClick={onReset}>
            {words.showAll}
          </Button>
        }
      >
        {wanted.words.trim() === '' ? words.nothingHere : words.nothingFound(wanted.words.trim())}
      </Empty>
    )
  if (wanted.words.trim() !== '' || wanted.capability !== null) return <Cards templates={found} />
  return (
    <div className="sections">
      {capabilityWords.map(([name, label]) => {
        const here = found.filter(({ capability }) => capability === name)
        return here.length === 0 ? null : (
          <section key={name} aria-label={label[language]}>
            <h2>{label[language]}</h2>
            <Cards templates={here} />
          </section>
        )
      })}
    </div>
  )
}

const everything: Wanted = { words: '', capability: null, onlyHere: false }

function AllTemplates() {
  const { language, words } = useWords()
  const { data, failure, again } = useRead(templatesQuery(language))
  const { templates = null, notes = [] } = data ?? {}
  const [wanted, setWanted] = useState<Wanted>(everything)
  return (
    <Page
      title={words.templates}
      isWide
      aside={
        <div className="row">
          <LanguageSwitch />
          <EmptyCanvasButton />
        </div>
      }
    >
      <div lang={language} data-testid="gallery">
        <p className="quiet lead">{words.lead}</p>
        {notes.map((note) => (
          <div key={note} className="notice gallery-note" data-tone="warn">
            {note}
          </div>
        ))}
        {failure && (
          <div className="notice gallery-note row" data-tone="bad" role="alert" data-testid="gallery-failure">
            <span style={{ flex: 1 }}>
              {words.cannotRead} {failure}
            </span>
            <Button size="compact-sm" variant="default" onClick={again}>
              {words.again}
            </Button>
          </div>
        )}
        {templates ? (
          <>
            <Filters templates={templates} wanted={wanted} onChange={setWanted} />
            <Found templates={templates} wanted={wanted} onReset={() => setWanted(everything)} />
          </>
        ) : (
          failure === null && <Skeletons count={3} height={200} />
        )}
      </div>
    </Page>
  )
}

/** The page of all, or of one. */
export function Gallery({ id }: { id: string | null }) {
  return id === null ? <AllTemplates /> : <TemplatePage key={id} id={id} />
}
