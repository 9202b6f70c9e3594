// Signing in: the first time with the link that Heed printed and a new password, later with that password.
import { Button, PasswordInput } from '@mantine/core'
import { useEffect, useRef, useState, type FormEvent } from 'react'
import { api, ApiError } from '../api.ts'
import { go } from '../route.ts'
import { startSignedIn, useSignIn } from '../sign-in.ts'
import { LanguageSwitch } from '../words/LanguageSwitch.tsx'
import { say } from '../words/say.ts'

const shortest = 8

function useAttempt(attempt: () => Promise<unknown>, check: () => string | null) {
  const [failure, setFailure] = useState<string | null>(null)
  const [isBusy, setBusy] = useState(false)
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    const wrong = check()
    setFailure(wrong)
    if (wrong) return
    setBusy(true)
    try {
      await attempt()
      await startSignedIn()
    } catch (error) {
      setFailure(error instanceof Error ? error.message : String(error))
    } finally {
      setBusy(false)
    }
  }
  return { failure, isBusy, submit }
}

function Claim({ token }: { token: string }) {
  const [password, setPassword] = useState('')
  const [again, setAgain] = useState('')
  const { failure, isBusy, submit } = useAttempt(
    async () => {
      await api.claim(token, password)
      go('/', { replace: true })
    },
    () => {
      if (password.length < shortest) return say('Choose a password of at least {shortest} characters.', { shortest })
      return password === again ? null : say('The two passwords are not the same. Type them again.')
    },
  )
  return (
    <form onSubmit={(event) => void submit(event)} className="stack" noValidate>
      <p className="quiet">{say('Welcome. Choose the password that you will sign in with from now on.')}</p>
      <PasswordInput
        label={say('New password')}
        autoComplete="new-password"
        autoFocus
        value={password}
        onChange={(event) => setPassword(event.currentTarget.value)}
        data-testid="sign-in-password"
      />
      <PasswordInput
        label={say('The same again')}
        autoComplete="new-password"
        value={again}
        onChange={(event) => setAgain(event.currentTarget.value)}
        data-testid="sign-in-password-again"
      />
      {failure && (
        <div className="notice" data-tone="bad" role="alert">
          {failure}
        </div>
      )}
      <Button type="submit" size="md" loading={isBusy} data-testid="sign-in-submit">
        {say('Begin')}
      </Button>
    </form>
  )
}

const pauseMs = 1500

/** While too many try at once nothing is compared: it is asked again until there is a place, for as long as somebody waits here. */
async function signInAtMyTurn(password: string, isHere: () => boolean, onWaiting: () => void): Promise<void> {
  for (;;) {
    try {
      await api.signIn(password)
      return
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== 'AUTH_NO_PLACE' || !isHere()) throw error
      onWaiting()
      await new Promise((resolve) => setTimeout(resolve, pauseMs))
    }
  }
}

function Password() {
  const [password, setPassword] = useState('')
  const [isWaiting, setWaiting] = useState(false)
  const isHere = useRef(true)
  useEffect(() => {
    isHere.current = true
    return () => {
      isHere.current = false
    }
  }, [])
  const { failure, isBusy, submit } = useAttempt(
    () =>
      signInAtMyTurn(
        password,
        () => isHere.current,
        () => setWaiting(true),
      ).finally(() => setWaiting(false)),
    () => (password === '' ? say('Type your password.') : null),
  )
  return (
    <form onSubmit={(event) => void submit(event)} className="stack" noValidate>
      <PasswordInput
        label={say('Password')}
        autoComplete="current-password"
        autoFocus
        value={password}
        onChange={(event) => setPassword(event.currentTarget.value)}
        data-testid="sign-in-password"
      />
      {failure && (
        <div className="notice" data-tone="bad" role="alert">
          {failure}
        </div>
      )}
      {isWaiting && (
        <div className="notice" role="status">
          {say('Many are trying to sign in just now. Leave this page open: your turn comes.')}
        </div>
      )}
      <Button type="submit" size="md" loading={isBusy} data-testid="sign-in-submit">
        {say('Sign in')}
      </Button>
    </form>
  )
}

/** What a stranger sees, whatever address they came to. */
export function SignIn({ token }: { token: string | null }) {
  const hasOwner = useSignIn(({ hasOwner }) => hasOwner)
  return (
    <main className="sign-in" id="main">
      <div className="sign-in-box surface">
        <img src="/heed.svg" alt="" width={48} height={48} />
        <h1>{hasOwner ? say('Sign in to Heed') : 'Heed'}</h1>
        {hasOwner ? (
          <Password />
        ) : token ? (
          <Claim token={token} />
        ) : (
          <p>
            {say('This Heed has no owner yet. Open the sign-in link that it printed when it started; it looks like')}{' '}
            <code>/sign-in?token=…</code>
          </p>
        )}
        <LanguageSwitch />
      </div>
    </main>
  )
}
