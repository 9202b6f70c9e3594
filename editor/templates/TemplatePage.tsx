// One template: what it is for, its flow, and its questions on the same page; from here it runs, or is drawn on.
import { Button } from '@mantine/core'
import { IconArrowLeft, IconPencil, IconPlayerPlay } from '@tabler/icons-react'
import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { drawFlow } from '../../nodes/contract/draw-flow.ts'
import { api, ApiError } from '../api.ts'
import { ConfirmButton } from '../panels/ConfirmButton.tsx'
import { Empty, Page, Skeletons } from '../panels/Page.tsx'
import { follow } from '../panels/Rail.tsx'
import { useRead } from '../queries.ts'
import { go } from '../route.ts'
import { useSignIn } from '../sign-in.ts'
import type { Problem } from '../views.ts'
import { LanguageSwitch } from '../words/LanguageSwitch.tsx'
import './gallery.css'
import { capabilityWords, useWords } from './gallery-words.ts'
import type { Language } from '../words/say.ts'
import { Questions } from './Questions.tsx'
import { drawTemplate, startTemplate } from './start-template.ts'
import { firstAnswers, unanswered, type Given } from './template-answers.ts'
import { RunsMark } from './TemplateCard.tsx'
import type { TemplateDocument } from './template-views.ts'

const isGone = (error: unknown): boolean => error instanceof ApiError && error.status === 404

/** Read anew in another language, and after something was added that it lacked. */
const templateQuery = (id: string, language: Language) =>
  queryOptions({
    queryKey: ['templates', 'one', id, language],
    queryFn: () => api.template(id, language),
    placeholderData: keepPreviousData,
    refetchInterval: ({ state: { error } }) => (error && !isGone(error) ? 5000 : false),
  })

/** The flow as the canvas would show it, in the colours of this page. */
function Drawing({ template }: { template: TemplateDocument }) {
  const { words } = useWords()
  const types = useSignIn(({ types }) => types)
  const svg = useMemo(() => drawFlow(template.document, types, { theme: 'page' }).svg, [template, types])
  return (
    <section aria-label={words.howItLooks} className="template-drawing" tabIndex={0} data-testid="template-drawing">
      {/* Everything in it is escaped text of our own drawing: see nodes/contract/draw-flow.ts. */}
      <div dangerouslySetInnerHTML={{ __html: svg }} />
    </section>
  )
}

/** So that one knows its voice before it is chosen. */
function Says({ template }: { template: TemplateDocument }) {
  const { words } = useWords()
  if (template.says.length === 0) return null
  return (
    <section aria-labelledby="says-title" data-testid="template-says">
      <h2 id="says-title" className="group-title">
        {words.says}
      </h2>
      <ul className="template-says">
        {template.says.map((said) => (
          <li key={said}>“{said}”</li>
        ))}
      </ul>
    </section>
  )
}

function Lacks({ template }: { template: TemplateDocument }) {
  const { words } = useWords()
  if (template.runsHere) return null
  return (
    <div className="notice" data-tone="warn" data-testid="template-lacks">
      <strong>{words.lacksTitle}</strong>
      <ul className="lacks">
        {template.lacks.map((lack) => (
          <li key={lack}>{lack}</li>
        ))}
      </ul>
    </div>
  )
}

function useStart(template: TemplateDocument) {
  const { language, words } = useWords()
  const [given, setGiven] = useState<Given>(() =>
    firstAnswers(template, Intl.DateTimeFormat().resolvedOptions().timeZone),
  )
  const [problems, setProblems] = useState<readonly Pick<Problem, 'node' | 'field' | 'message'>[]>([])
  const [failure, setFailure] = useState<string | null>(null)
  const [busy, setBusy] = useState<'start' | 'draw' | null>(null)
  const run = async (what: 'start' | 'draw'): Promise<void> => {
    const open = what === 'start' ? template.asks.filter((ask) => unanswered([ask], given).length > 0) : []
    setFailure(null)
    setProblems(
      open.map(({ node, field, kind }) => ({
        node,
        field,
        message: kind === 'camera' ? words.chooseCamera : words.chooseConnection,
      })),
    )
    if (open.length > 0) return
    setBusy(what)
    await (what === 'start' ? startTemplate : drawTemplate)(template, given, language).catch((error: unknown) => {
      if (error instanceof ApiError) setProblems(error.problems)
      setFailure(error instanceof Error ? error.message : String(error))
    })
    setBusy(null)
  }
  return { given, setGiven, problems, failure, busy, run }
}

function Body({ template, onChanged }: { template: TemplateDocument; onChanged(): void }) {
  const { words } = useWords()
  const { given, setGiven, problems, failure, busy, run } = useStart(template)
  return (
    <div className="template-body">
      <Drawing template={template} />
      <Says template={template} />
      <Lacks template={template} />
      <section aria-labelledby="questions-title" className="template-questions surface">
        <h2 id="questions-title">{words.questions}</h2>
        <Questions template={template} given={given} problems={problems} onChange={setGiven} onChanged={onChanged} />
        {failure && (
          <div className="notice" data-tone="bad" role="alert" data-testid="template-failure">
            {failure}
          </div>
        )}
        <div className="row template-actions">
          <Button
            size="md"
            loading={busy === 'start'}
            disabled={busy !== null}
            onClick={() => void run('start')}
            leftSection={<IconPlayerPlay size={18} aria-hidden />}
            data-testid="template-start"
          >
            {words.start}
          </Button>
          <Button
            size="md"
            variant="default"
            loading={busy === 'draw'}
            disabled={busy !== null}
            onClick={() => void run('draw')}
            leftSection={<IconPencil size={18} aria-hidden />}
            data-testid="template-draw"
          >
            {words.drawMyself}
          </Button>
        </div>
      </section>
    </div>
  )
}

function Facts({ template }: { template: TemplateDocument }) {
  const { language, words } = useWords()
  const [failure, setFailure] = useState<string | null>(null)
  const capability = capabilityWords.find(([name]) => name === template.capability)?.[1][language]
  const remove = (): void =>
    void api
      .removeTemplate(template.id)
      .then(() => go('/templates'))
      .catch((error: unknown) => setFailure(error instanceof Error ? error.message : String(error)))
  return (
    <div className="row template-facts">
      <RunsMark template={template} />
      <span className="small quiet">{capability}</span>
      <span className="small quiet nums">{words.version(template.version)}</span>
      {template.origin === 'own' && (
        <ConfirmButton size="compact-sm" question={words.removeSure} onConfirm={remove}>
          {words.remove}
        </ConfirmButton>
      )}
      {failure && (
        <span className="notice" data-tone="bad" role="alert">
          {failure}
        </span>
      )}
    </div>
  )
}

function Back() {
  const { words } = useWords()
  return (
    <a className="back small" href="/templates" onClick={follow} data-testid="all-templates">
      <IconArrowLeft size={16} aria-hidden />
      {words.back}
    </a>
  )
}

/** The page. */
export function TemplatePage({ id }: { id: string }) {
  const { language, words } = useWords()
  const { data: template, failure, again, error } = useRead(templateQuery(id, language))
  const isMissing = isGone(error)
  return (
    <Page title={template && !isMissing ? template.title : words.templates} isWide aside={<LanguageSwitch />}>
      <div lang={language} data-testid="template-page">
        <Back />
        {failure && !isMissing && (
          <div className="notice gallery-note" data-tone="bad" role="alert">
            {words.cannotRead} {failure}
          </div>
        )}
        {isMissing ? (
          <Empty icon={null}>{words.notThere}</Empty>
        ) : template ? (
          <>
            <p className="quiet lead template-purpose">{template.purpose}</p>
            <Facts template={template} />
            <Body key={`${template.id}/${template.document.name}`} template={template} onChanged={again} />
          </>
        ) : (
          failure === null && <Skeletons count={2} height={180} />
        )}
      </div>
    </Page>
  )
}
