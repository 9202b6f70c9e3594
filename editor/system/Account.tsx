// The owner's own affairs: another password, who is signed in where, tokens for scripts.
import { Button, CopyButton, PasswordInput, TextInput } from '@mantine/core'
import { useState, type FormEvent } from 'react'
import { Ago } from '../panels/Ago.tsx'
import { ConfirmButton } from '../panels/ConfirmButton.tsx'
import { count, say } from '../words/say.ts'
import { readAgain, useRead } from '../queries.ts'
import { browserWords, wordsOf } from '../words.ts'
import { signInsQuery, systemApi, tokensQuery } from './system-api.ts'

function Failure({ words }: { words: string | null }) {
  if (words === null) return null
  return (
    <div className="notice" data-tone="bad" role="alert">
      {words}
    </div>
  )
}

function Password({ onChanged }: { onChanged(): void }) {
  const [current, setCurrent] = useState('')
  const [next, setNext] = useState('')
  const [failure, setFailure] = useState<string | null>(null)
  const [words, setWords] = useState<string | null>(null)
  const send = (event: FormEvent): void => {
    event.preventDefault()
    setWords(null)
    systemApi.changePassword(current, next).then(
      ({ ended }) => {
        setFailure(null)
        setCurrent('')
        setNext('')
        setWords(
          ended === 0
            ? say('The password is changed.')
            : say('The password is changed, and {browsers} signed out.', {
                browsers: count(ended, 'other browser is', 'other browsers are'),
              }),
        )
        onChanged()
      },
      (error: unknown) => setFailure(wordsOf(error)),
    )
  }
  return (
    <form className="stack-tight account-form" onSubmit={send}>
      <PasswordInput
        label={say('Password now')}
        autoComplete="current-password"
        value={current}
        onChange={(event) => setCurrent(event.currentTarget.value)}
        data-testid="password-current"
      />
      <PasswordInput
        label={say('New password')}
        autoComplete="new-password"
        value={next}
        onChange={(event) => setNext(event.currentTarget.value)}
        data-testid="password-next"
      />
      <Button type="submit" variant="default" disabled={current === '' || next === ''} data-testid="password-change">
        {say('Change the password')}
      </Button>
      <Failure words={failure} />
      <p role="status" className="small">
        {words}
      </p>
    </form>
  )
}

function SignIns() {
  const { data: found, failure, again } = useRead(signInsQuery)
  const [refusal, setRefusal] = useState<string | null>(null)
  const press = (work: Promise<unknown>): void => void work.then(again, (error: unknown) => setRefusal(wordsOf(error)))
  const others = (found ?? []).filter(({ isThis }) => !isThis)
  return (
    <>
      <Failure words={refusal ?? failure} />
      <ul className="check-list surface system-list" data-testid="sign-ins">
        {(found ?? []).map(({ id, browser, seenAt, createdAt, isThis }) => (
          <li key={id}>
            <strong>{browserWords(browser)}</strong>
            <span className="small quiet">
              {isThis ? (
                say('This one')
              ) : (
                <>
                  {say('Last used')} <Ago at={seenAt ?? createdAt} />
                </>
              )}
            </span>
            {!isThis && (
              <Button
                size="xs"
                variant="default"
                onClick={() => press(systemApi.endSignIn(id))}
                data-testid="sign-in-end"
              >
                {say('Sign out there')}
              </Button>
            )}
          </li>
        ))}
      </ul>
      {others.length > 1 && (
        <ConfirmButton
          size="xs"
          question={say('Sign out everywhere else?')}
          onConfirm={() => press(systemApi.endOtherSignIns())}
        >
          {say('Sign out everywhere else')}
        </ConfirmButton>
      )}
    </>
  )
}

function Tokens() {
  const { data: found, failure, again } = useRead(tokensQuery)
  const [name, setName] = useState('')
  const [made, setMade] = useState<string | null>(null)
  const [refusal, setRefusal] = useState<string | null>(null)
  const fail = (error: unknown): void => setRefusal(wordsOf(error))
  const make = (event: FormEvent): void => {
    event.preventDefault()
    systemApi.makeToken(name.trim()).then(({ token }) => {
      setMade(token)
      setName('')
      setRefusal(null)
      again()
    }, fail)
  }
  return (
    <>
      <Failure words={refusal ?? failure} />
      <form className="row" onSubmit={make}>
        <TextInput
          aria-label={say('What the token is for')}
          placeholder={say('Home Assistant')}
          maxLength={80}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          data-testid="token-name"
        />
        <Button type="submit" variant="default" disabled={name.trim() === ''} data-testid="token-make">
          {say('Make a token')}
        </Button>
      </form>
      {made !== null && (
        <div className="notice" data-tone="ok" role="status">
          <p>{say('Copy it now: it is shown this once. Whoever has it can do all but manage passwords and tokens.')}</p>
          <div className="row">
            <code data-testid="token-made">{made}</code>
            <CopyButton value={made}>
              {({ copied, copy }) => (
                <Button size="xs" variant="default" onClick={copy}>
                  {copied ? say('Copied') : say('Copy')}
                </Button>
              )}
            </CopyButton>
          </div>
        </div>
      )}
      {found && found.length > 0 && (
        <ul className="check-list surface system-list" data-testid="tokens">
          {found.map(({ id, name: called, begins, usedAt }) => (
            <li key={id}>
              <strong>{called}</strong>
              <span className="small quiet">
                {begins}… · {usedAt ? say('Last used') : say('Never used')} {usedAt && <Ago at={usedAt} />}
              </span>
              <ConfirmButton
                size="xs"
                question={say('Revoke {name}?', { name: called })}
                onConfirm={() => void systemApi.revokeToken(id).then(again, fail)}
              >
                {say('Revoke')}
              </ConfirmButton>
            </li>
          ))}
        </ul>
      )}
    </>
  )
}

/** The end of the page *System*. */
export function Account() {
  return (
    <>
      <section aria-labelledby="sign-ins-title" className="stack-tight">
        <h2 id="sign-ins-title">{say('Signed in')}</h2>
        <SignIns />
      </section>
      <section aria-labelledby="password-title">
        <h2 id="password-title">{say('Password')}</h2>
        <Password onChanged={() => void readAgain(signInsQuery)} />
      </section>
      <section aria-labelledby="tokens-title" className="stack-tight">
        <h2 id="tokens-title">{say('Tokens for scripts')}</h2>
        <Tokens />
      </section>
    </>
  )
}
