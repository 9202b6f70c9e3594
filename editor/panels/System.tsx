// How this Heed is doing, and how it looks here: health, version, theme, sign-out.
import { Button, SegmentedControl, useMantineColorScheme, type MantineColorScheme } from '@mantine/core'
import { IconAlertTriangle, IconCircleCheck, IconLogout, IconQuestionMark } from '@tabler/icons-react'
import { Account } from '../system/Account.tsx'
import { FailedList } from '../system/FailedList.tsx'
import { SystemFacts } from '../system/SystemFacts.tsx'
import '../system/system.css'
import { NodeRedSwitch } from '../node-red/NodeRedSwitch.tsx'
import { leave } from '../sign-in.ts'
import type { PackageView } from '../views.ts'
import { count } from '../words.ts'
import { Page, ReadFailure, Skeletons } from './Page.tsx'
import { LanguageSwitch } from '../words/LanguageSwitch.tsx'
import { say } from '../words/say.ts'
import { healthQuery, packagesQuery, useRead } from '../queries.ts'

const titles: Record<string, string> = {
  database: say('Database'),
  queue: say('Queue'),
  streams: say('Streams'),
  spill: say('Kept on disk until the database is back'),
  receivers: say('Receivers'),
}
const facts: Record<string, string> = {
  version: 'Postgres',
  backend: '',
  waiting: say('waiting:'),
  active: say('at work:'),
  wanted: say('wanted:'),
  running: say('running:'),
  latencyMs: '',
  degraded: say('in trouble:'),
}
const backends: Record<string, string> = {
  embedded: say('comes with Heed'),
  external: say('a server of yours'),
  postgres: say('kept in Postgres'),
  redis: say('kept in Redis'),
}

function factWords(key: string, value: unknown): string {
  const text = key === 'backend' ? (backends[String(value)] ?? String(value)) : String(value)
  return key === 'latencyMs'
    ? say('answers within {n} ms', { n: text })
    : say('{fact} {value}', { fact: facts[key] ?? key, value: text }).trim()
}

/** `isOld`: nobody answers any more, so how it is now is not known. */
function Check({ name, check, isOld }: { name: string; check: Record<string, unknown>; isOld: boolean }) {
  const isFine = check['ok'] !== false
  const Found = isOld ? IconQuestionMark : isFine ? IconCircleCheck : IconAlertTriangle
  return (
    <li className="check-row">
      <Found size={20} color={`var(--state-${isOld ? 'stopped' : isFine ? 'running' : 'degraded'})`} aria-hidden />
      <strong>{titles[name] ?? name}</strong>
      <span>{isOld ? say('Unknown') : isFine ? say('Fine') : say('In trouble')}</span>
      <span className="quiet small check-facts">
        {Object.entries(check)
          .filter(([key]) => key in facts)
          .map(([key, value]) => factWords(key, value))
          .join(' · ')}
        {typeof check['detail'] === 'string' ? ` ${check['detail']}` : ''}
      </span>
    </li>
  )
}

/** What was installed beside Heed. Nothing at all where nothing was. */
function Packages() {
  // Whether the server is there at all is said above.
  const packages = useRead(packagesQuery).data ?? []
  if (packages.length === 0) return null
  return (
    <section aria-labelledby="packages-title">
      <h2 id="packages-title">{say('Packages')}</h2>
      <ul className="check-list surface" data-testid="packages">
        {packages.map((each) => (
          <PackageRow key={each.asked} package={each} />
        ))}
      </ul>
    </section>
  )
}

function PackageRow({ package: { name, version, nodes, kinds, faults } }: { package: PackageView }) {
  const isFine = faults.length === 0
  const Found = isFine ? IconCircleCheck : IconAlertTriangle
  const brought = [
    nodes.length > 0 ? count(nodes.length, 'card') : '',
    kinds.length > 0 ? count(kinds.length, 'kind of connection', 'kinds of connection') : '',
  ].filter(Boolean)
  return (
    <li className="check-row package-row">
      <Found size={20} color={`var(--state-${isFine ? 'running' : 'degraded'})`} aria-hidden />
      <strong>{name}</strong>
      <span>{isFine ? say('In use') : nodes.length + kinds.length > 0 ? say('Partly in use') : say('Not in use')}</span>
      <span className="quiet small check-facts">
        {[version ? say('Version {version}', { version }) : '', ...brought].filter(Boolean).join(' · ')}
        {faults.map((fault) => (
          <span key={fault} className="package-fault">
            {fault}
          </span>
        ))}
      </span>
    </li>
  )
}

function Theme() {
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  return (
    <SegmentedControl
      aria-label={say('Colours')}
      value={colorScheme}
      onChange={(value) => setColorScheme(value as MantineColorScheme)}
      data-testid="theme"
      data={[
        { value: 'light', label: say('Light') },
        { value: 'dark', label: say('Dark') },
        { value: 'auto', label: say('As this device') },
      ]}
    />
  )
}

/** The page. */
export function System() {
  const { data: health, failure } = useRead(healthQuery)
  return (
    <Page title={say('System')}>
      <div className="sections">
        <section aria-labelledby="health-title">
          <h2 id="health-title">{say('Health')}</h2>
          <ReadFailure words={failure} hasOld={health !== null} />
          {health && !health.checks && (
            <div className="notice" data-tone="bad" role="alert">
              {say('Heed is in trouble and cannot see who asks, so it tells no more. Its database may be away.')}
            </div>
          )}
          {health ? (
            <ul className="check-list surface" data-testid="health">
              {Object.entries(health.checks ?? {}).map(([name, check]) => (
                <Check key={name} name={name} check={check} isOld={failure !== null} />
              ))}
            </ul>
          ) : (
            !failure && <Skeletons count={3} height={48} />
          )}
          {health?.version && (
            <p className="quiet small">
              {say('Heed {version}. Numbers for monitoring are under', { version: health.version })}{' '}
              <a href="/metrics">/metrics</a>.
            </p>
          )}
        </section>
        <SystemFacts />
        <FailedList />
        <Packages />
        <NodeRedSwitch />
        <section aria-labelledby="look-title">
          <h2 id="look-title">{say('Colours')}</h2>
          <Theme />
        </section>
        <section aria-labelledby="language-title">
          <h2 id="language-title">{say('Language')}</h2>
          <LanguageSwitch />
        </section>
        <Account />
        <section aria-labelledby="you-title">
          <h2 id="you-title">{say('You')}</h2>
          <Button
            variant="default"
            leftSection={<IconLogout size={18} aria-hidden />}
            onClick={() => void leave()}
            data-testid="sign-out"
          >
            {say('Sign out')}
          </Button>
        </section>
      </div>
    </Page>
  )
}
