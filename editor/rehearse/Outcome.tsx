// What came of a rehearsal: one sentence, clip after clip with its video and lanes, the tests as a table, what a month would ask.
import { NumberInput, Select, Tabs, TextInput } from '@mantine/core'
import { IconAlertTriangle, IconCheck, IconMinus } from '@tabler/icons-react'
import { useState } from 'react'
import { checkPairs } from '../graph/rehearsal-compare.ts'
import { monthOf } from '../graph/rehearsal-lanes.ts'
import type { Rehearsal, RehearsedCheck, RehearsedClip } from '../views.ts'
import { keepWish, readWish } from '../wishes.ts'
import { ClipStage } from './ClipStage.tsx'
import { aboutCount, basisWords, checkWords, fileName, summaryWords, wantedWords } from './rehearse-words.ts'
import { locale, say } from '../words/say.ts'

function Result({ check }: { check: RehearsedCheck | null }) {
  if (!check)
    return (
      <span className="quiet">
        <IconMinus size={16} aria-hidden /> {say('Not asked')}
      </span>
    )
  return (
    <span data-passed={check.passed}>
      {check.passed ? <IconCheck size={16} aria-hidden /> : <IconAlertTriangle size={16} aria-hidden />}
      {checkWords(check)}
    </span>
  )
}

interface TestRow {
  clip: string
  check: RehearsedCheck
  before: RehearsedCheck | null
  after: RehearsedCheck | null
}

function testRows(now: Rehearsal, before: Rehearsal | null): TestRow[] {
  return now.clips.flatMap(({ clip, checks = [] }) => {
    const old = before?.clips.find((each) => each.clip === clip)?.checks ?? []
    return checkPairs(old, checks).map((pair) => ({ clip, ...pair }))
  })
}

/** Every test of every clip; with two rehearsals, their results side by side. */
function TestTable({ now, before }: { now: Rehearsal; before: Rehearsal | null }) {
  const rows = testRows(now, before)
  if (rows.length === 0) return null
  return (
    <section className="stack-tight" aria-labelledby="tests-title">
      <h2 id="tests-title" className="group-title">
        {say('Tests')}
      </h2>
      <table className="rehearse-tests" data-testid="rehearse-tests">
        <thead>
          <tr>
            <th scope="col">{say('Clip')}</th>
            <th scope="col">{say('It')}</th>
            {before && <th scope="col">{say('Before')}</th>}
            <th scope="col">{before ? say('Now') : say('Result')}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ after, before: old, check, clip }, index) => (
            <tr key={index} data-changed={(before && old?.passed !== after?.passed) || undefined}>
              <td>{fileName(clip)}</td>
              <td>{wantedWords(check)}</td>
              {before && (
                <td data-label={say('Before')}>
                  <Result check={old} />
                </td>
              )}
              <td
                data-label={before ? say('Now') : undefined}
                data-testid="rehearsed-check"
                data-passed={after?.passed}
              >
                <Result check={after} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

function readPrice(): number {
  const kept = Number(readWish('price-of-tokens'))
  return Number.isFinite(kept) && kept > 0 ? kept : 0
}

/** What it asked of the model, and about what a month of one camera would ask; in money, when a price is known. */
function Month({ now, before }: { now: Rehearsal; before: Rehearsal | null }) {
  const [price, setPrice] = useState(readPrice)
  const [coin, setCoin] = useState(readWish('coin') ?? '€')
  const month = monthOf(now)
  const old = before && monthOf(before)
  if (!month) return null
  const money = (tokens: number): string =>
    `${coin} ${((tokens / 1e6) * price).toLocaleString(locale(), { maximumFractionDigits: price * tokens < 1e7 ? 2 : 0 })}`
  const tokens = now.clips.reduce((sum, clip) => sum + (clip.tokens ?? 0), 0)
  const modelS = now.clips.reduce((sum, clip) => sum + (clip.modelMs ?? 0), 0) / 1000
  return (
    <section className="stack-tight" aria-labelledby="month-title" data-testid="rehearse-month">
      <h2 id="month-title" className="group-title">
        {say('What it asks of the model')}
      </h2>
      <p>
        {say('Here: {tokens} visual tokens and {seconds} s of the model.', {
          tokens: tokens.toLocaleString(locale()),
          seconds: modelS.toFixed(1),
        })}{' '}
        {say('A month of one camera, day and night: about {tokens} tokens and about {hours} hours of the model.', {
          tokens: aboutCount(month.tokens),
          hours: aboutCount(month.modelHours),
        })}{' '}
        {old && say('Before, about {tokens} tokens.', { tokens: aboutCount(old.tokens) })}
      </p>
      <div className="rehearse-price">
        <NumberInput
          label={say('Price of a million tokens')}
          value={price === 0 ? '' : price}
          min={0}
          decimalScale={4}
          onChange={(value) => {
            const given = Number(value) || 0
            setPrice(given)
            keepWish('price-of-tokens', String(given))
          }}
          data-testid="rehearse-price"
        />
        <TextInput
          label={say('In')}
          value={coin}
          maxLength={4}
          onChange={(event) => {
            setCoin(event.currentTarget.value)
            keepWish('coin', event.currentTarget.value)
          }}
        />
        <p data-testid="rehearse-cost">
          {price === 0 ? (
            <span className="quiet">{say('On a machine of your own it costs nothing but power.')}</span>
          ) : (
            <strong>
              {old
                ? say('About {money} a month, before about {before}.', {
                    money: money(month.tokens),
                    before: money(old.tokens),
                  })
                : say('About {money} a month.', { money: money(month.tokens) })}
            </strong>
          )}
        </p>
      </div>
    </section>
  )
}

function hasTrouble({ checks = [], state, trouble = null }: RehearsedClip): boolean {
  return state === 'failed' || trouble !== null || checks.some(({ passed }) => !passed)
}

/** What is to be seen first: what did not pass, else what was said. */
function telling(clips: readonly RehearsedClip[]): RehearsedClip | undefined {
  return clips.find(hasTrouble) ?? clips.find(({ captured = [] }) => captured.length > 0) ?? clips[0]
}

/** One clip at a time; a tab each for a few, a list for many. */
function Clips({ now, before }: { now: Rehearsal; before: Rehearsal | null }) {
  const [chosen, setChosen] = useState<string | null>(null)
  const done = now.clips.filter(({ state }) => state !== undefined)
  const clip = done.find((each) => each.clip === chosen) ?? telling(done)
  if (!clip) return null
  const old = before?.clips.find((each) => each.clip === clip.clip && each.state !== undefined) ?? null
  const titles = before && {
    now: say('Now: {basis}', { basis: basisWords(now) }),
    before: old ? say('Before: {basis}', { basis: basisWords(before) }) : say('Before: not rehearsed on this clip'),
  }
  const label = (each: RehearsedClip): string =>
    hasTrouble(each) ? say('{clip} (not passed)', { clip: fileName(each.clip) }) : fileName(each.clip)
  return (
    <>
      {done.length > 4 ? (
        <Select
          label={say('Clip')}
          data={done.map((each) => ({ value: each.clip, label: label(each) }))}
          value={clip.clip}
          onChange={setChosen}
          allowDeselect={false}
        />
      ) : (
        done.length > 1 && (
          <Tabs value={clip.clip} onChange={setChosen}>
            <Tabs.List>
              {done.map((each) => (
                <Tabs.Tab
                  key={each.clip}
                  value={each.clip}
                  leftSection={
                    hasTrouble(each) ? <IconAlertTriangle size={16} aria-hidden /> : <IconCheck size={16} aria-hidden />
                  }
                >
                  {fileName(each.clip)}
                </Tabs.Tab>
              ))}
            </Tabs.List>
          </Tabs>
        )
      )}
      <ClipStage key={clip.clip} clip={clip} before={old} titles={old ? titles : null} />
    </>
  )
}

/** All of it; `before`: the one it is compared with. */
export function Outcome({ rehearsal, before }: { rehearsal: Rehearsal; before: Rehearsal | null }) {
  return (
    <div className="rehearse-outcome">
      {rehearsal.state === 'finished' && (
        <div className="rehearse-summary" role="status" data-testid="rehearse-summary">
          <p>{summaryWords(rehearsal)}</p>
          {before && (
            <p className="small quiet" data-testid="rehearse-before">
              {say('Before ({basis}): {summary}', {
                basis: basisWords(before),
                summary: summaryWords(before),
              })}
            </p>
          )}
        </div>
      )}
      {(rehearsal.state === 'failed' || rehearsal.state === 'cancelled') && (
        <div className="notice" data-tone="warn" role="status">
          {rehearsal.state === 'cancelled'
            ? say('It was cancelled. The clips that were done stand here.')
            : (rehearsal.reason ?? say('It could not be rehearsed to the end.'))}
        </div>
      )}
      <Clips key={rehearsal.id} now={rehearsal} before={before} />
      <TestTable now={rehearsal} before={before} />
      <Month now={rehearsal} before={before} />
    </div>
  )
}
