// Which hosts of the own network flows may reach: those added here by hand, and those that connections and flows name.
import { Button, TextInput } from '@mantine/core'
import { useEffect, useState, type FormEvent } from 'react'
import { api } from '../api.ts'
import { isNear } from '../graph/needs.ts'
import type { ApprovedHosts as Hosts } from '../views.ts'
import { ConfirmButton } from './ConfirmButton.tsx'
import { Skeletons } from './Page.tsx'
import { say } from '../words/say.ts'

function useHosts() {
  const [hosts, setHosts] = useState<Hosts | null>(null)
  const [failure, setFailure] = useState<string | null>(null)
  const [isBusy, setBusy] = useState(false)
  const run = async (work: () => Promise<Hosts>): Promise<boolean> => {
    setBusy(true)
    setFailure(null)
    try {
      setHosts(await work())
      return true
    } catch (error) {
      setFailure(error instanceof Error ? error.message : String(error))
      return false
    } finally {
      setBusy(false)
    }
  }
  useEffect(() => {
    let isHere = true
    api.approvedHosts().then(
      (found) => isHere && setHosts(found),
      (error: unknown) => isHere && setFailure(error instanceof Error ? error.message : String(error)),
    )
    return () => {
      isHere = false
    }
  }, [])
  return { hosts, failure, isBusy, run }
}

function AddHost({ isBusy, onAdd }: { isBusy: boolean; onAdd(host: string): Promise<boolean> }) {
  const [host, setHost] = useState('')
  const add = (event: FormEvent): void => {
    event.preventDefault()
    if (host.trim() !== '')
      void onAdd(host.trim()).then((isAdded) => {
        if (isAdded) setHost('')
      })
  }
  return (
    <form className="host-add" onSubmit={add}>
      <TextInput
        label={say('Allow another host')}
        placeholder={say('nas.local, or 192.168.1.20:8080')}
        autoComplete="off"
        spellCheck={false}
        value={host}
        onChange={(event) => setHost(event.currentTarget.value)}
        data-testid="host-name"
      />
      <Button type="submit" variant="default" loading={isBusy} data-testid="host-add">
        {say('Allow')}
      </Button>
    </form>
  )
}

/** A section of the connections page. */
export function ApprovedHosts() {
  const { hosts, failure, isBusy, run } = useHosts()
  const remove = (host: string): void =>
    void run(async () => {
      await api.removeApprovedHost(host)
      return await api.approvedHosts()
    })
  const named = (hosts?.named ?? []).filter(isNear)
  return (
    <section className="hosts-section" aria-labelledby="hosts-title" data-testid="approved-hosts">
      <h2 id="hosts-title">{say('Hosts in your own network')}</h2>
      <p className="quiet">
        {say(
          'Cards reach machines in your own network only if you have named them: in a connection, in a flow of yours, or here.',
        )}
      </p>
      {failure && (
        <div className="notice" data-tone="bad" role="alert">
          {failure}
        </div>
      )}
      {!hosts && !failure && <Skeletons count={2} height={44} />}
      {hosts && (
        <ul className="host-list surface">
          {hosts.byHand.map((host) => (
            <li key={host} data-testid="host-by-hand">
              <strong>{host}</strong>
              <ConfirmButton
                size="xs"
                question={say('No longer allow it?')}
                onConfirm={() => remove(host)}
                aria-label={say('Remove {host}', { host })}
              >
                {say('Remove')}
              </ConfirmButton>
            </li>
          ))}
          {named.map((host) => (
            <li key={host} data-testid="host-named">
              <span>{host}</span>
              <span className="quiet small">{say('Named by your connections and flows')}</span>
            </li>
          ))}
          <li>
            <AddHost isBusy={isBusy} onAdd={(host) => run(() => api.addApprovedHost(host))} />
          </li>
        </ul>
      )}
    </section>
  )
}
