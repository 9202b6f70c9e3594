// The versions of a flow beside its drawing: choose one to see on the canvas and in a list what has changed since, and go back to it.
import { ActionIcon, Button, TextInput } from '@mantine/core'
import { IconX } from '@tabler/icons-react'
import { useState } from 'react'
import type { Flow, FlowNode } from '../../nodes/contract/flow.ts'
import { showCard } from '../canvas/view.ts'
import { nameOf } from '../graph/check.ts'
import { diffFlows, isNoDiff, type FieldChange } from '../graph/diff.ts'
import { useSignIn } from '../sign-in.ts'
import { select } from '../store.ts'
import { chooseVersionToSee, closeVersions, goBackToChosen, nameVersion, useVersions } from '../versions.ts'
import type { Revision } from '../views.ts'
import { browserWords } from '../words.ts'
import { count, list, say } from '../words/say.ts'
import { Ago } from './Ago.tsx'

function valueWords(value: unknown): string {
  if (value === undefined || value === null || value === '') return say('not set')
  if (typeof value === 'string') return value
  if (Array.isArray(value)) return list(value.map(String))
  return JSON.stringify(value)
}

function Field({ node, change }: { node: FlowNode; change: FieldChange }) {
  const meta = useSignIn(({ types }) => types.get(node.type)?.config.properties?.[change.field])
  const label = meta?.label ?? (change.field === 'name' ? say('Name') : change.field)
  return (
    <li className="small" data-testid="version-field">
      {label}: <del>{valueWords(change.before)}</del> <span aria-hidden>→</span> <ins>{valueWords(change.after)}</ins>
    </li>
  )
}

function Changes({ before, after }: { before: Flow; after: Flow }) {
  const types = useSignIn(({ types }) => types)
  const diff = diffFlows(before, after)
  if (isNoDiff(diff)) return <p className="quiet small">{say('Nothing that runs has changed since.')}</p>
  const card = (node: FlowNode, what: 'added' | 'changed', fields: readonly FieldChange[] = []) => (
    <li key={node.id} data-diff={what}>
      <button
        type="button"
        className="link-button"
        onClick={() => {
          select({ nodes: [node.id] })
          showCard(node.id)
        }}
      >
        {what === 'added'
          ? say('Added: {name}', { name: nameOf(node, types) })
          : say('Changed: {name}', { name: nameOf(node, types) })}
      </button>
      {fields.length > 0 && (
        <ul>
          {fields.map((change) => (
            <Field key={change.field} node={node} change={change} />
          ))}
        </ul>
      )}
    </li>
  )
  return (
    <ul className="version-changes" data-testid="version-changes">
      {diff.added.map((node) => card(node, 'added'))}
      {diff.changed.map(({ node, fields }) => card(node, 'changed', fields))}
      {diff.removed.map((node) => (
        <li key={node.id} data-diff="removed">
          {say('Removed: {name}', { name: nameOf(node, types) })}
        </li>
      ))}
      {diff.drawn.length > 0 && (
        <li data-diff="added">{say('Drew {wires}', { wires: count(diff.drawn.length, 'wire') })}</li>
      )}
      {diff.cut.length > 0 && (
        <li data-diff="removed">{say('Removed {wires}', { wires: count(diff.cut.length, 'wire') })}</li>
      )}
    </ul>
  )
}

/** "Firefox on Linux", "the token night-watch". */
function authorWords(savedBy: Revision['savedBy']): string {
  if (!savedBy) return ''
  if (savedBy.by === 'browser') return browserWords(savedBy.name)
  return savedBy.name === '' ? say('a script') : say('the token “{name}”', { name: savedBy.name })
}

function VersionName({ version }: { version: Revision }) {
  const [title, setTitle] = useState(version.title ?? '')
  const keep = (): void => {
    if (title.trim() !== (version.title ?? '')) void nameVersion(version.revision, title.trim())
  }
  return (
    <TextInput
      label={say('Name of this version')}
      description={say('One with a name is kept, however many come after it.')}
      placeholder={say('Before the holidays')}
      value={title}
      maxLength={120}
      onChange={(event) => setTitle(event.currentTarget.value)}
      onBlur={keep}
      onKeyDown={(event) => {
        if (event.key === 'Enter' && !event.nativeEvent.isComposing) keep()
      }}
      data-testid="version-name"
    />
  )
}

function VersionRow({ version, isChosen }: { version: Revision; isChosen: boolean }) {
  const author = authorWords(version.savedBy)
  return (
    <li>
      <button
        type="button"
        className="version-row"
        aria-pressed={isChosen}
        onClick={() => void chooseVersionToSee(version.revision)}
        data-testid={`version-${version.revision}`}
      >
        <span>
          {version.title ?? say('Version {revision}', { revision: version.revision })}
          {version.deployed && <span className="quiet small"> {say('runs now')}</span>}
        </span>
        <span className="quiet small">
          {version.title !== null && <>{say('Version {revision}', { revision: version.revision })}, </>}
          {count(version.nodes, 'card')}, <Ago at={version.savedAt} />
          {author !== '' && <>, {author}</>}
        </span>
      </button>
    </li>
  )
}

/** In the place of the inspector. */
export function VersionsPanel({ flow }: { flow: Flow }) {
  const { list: versions, chosen, failure } = useVersions()
  const named = versions?.find(({ revision }) => revision === chosen?.revision)
  return (
    <aside className="inspector" aria-label={say('Versions')} data-testid="versions-panel">
      <div className="inspector-head">
        <h2 className="clip-text">{say('Versions')}</h2>
        <ActionIcon variant="subtle" size="lg" aria-label={say('Close')} onClick={closeVersions}>
          <IconX size={18} />
        </ActionIcon>
      </div>
      <div className="inspector-body">
        {failure && (
          <div className="notice" data-tone="bad" role="alert">
            {failure}
          </div>
        )}
        {chosen && (
          <section className="stack-tight" aria-label={say('What has changed since')}>
            {named && <VersionName key={named.revision} version={named} />}
            <h3 className="group-title">{say('Since version {revision}', { revision: chosen.revision })}</h3>
            <Changes before={chosen.document} after={flow} />
            <div className="row">
              <Button variant="default" onClick={goBackToChosen} data-testid="version-restore">
                {say('Go back to it')}
              </Button>
              <Button variant="subtle" onClick={() => useVersions.setState({ chosen: null })}>
                {say('Compare no more')}
              </Button>
            </div>
          </section>
        )}
        <ul className="version-list">
          {versions?.map((version) => (
            <VersionRow key={version.revision} version={version} isChosen={chosen?.revision === version.revision} />
          ))}
        </ul>
      </div>
    </aside>
  )
}
