// Switches notifications of this browser on and off. Asks for the permission only when it is pressed.
import { Switch } from '@mantine/core'
import { useEffect, useState } from 'react'
import { api } from '../api.ts'
import { serviceWorker } from '../service-worker.ts'
import { say } from '../words/say.ts'

const isAble = (): boolean => 'serviceWorker' in navigator && 'PushManager' in window
const notHere = say(
  'This browser cannot show notifications here. It wants an address that begins with https, and on an iPhone that Heed is put on the home screen first.',
)

async function current(): Promise<PushSubscription | null> {
  const registration = await navigator.serviceWorker.getRegistration()
  return (await registration?.pushManager.getSubscription()) ?? null
}

async function switchOn(): Promise<void> {
  if ((await Notification.requestPermission()) !== 'granted')
    throw new Error(
      say('This browser was told not to show notifications. Allow them in its settings for this page, then try again.'),
    )
  const registration = await navigator.serviceWorker.register(serviceWorker)
  await navigator.serviceWorker.ready
  const { publicKey } = await api.pushKey()
  const subscription = await registration.pushManager.subscribe({
    userVisibleOnly: true,
    applicationServerKey: publicKey,
  })
  const { endpoint, keys } = subscription.toJSON()
  const { p256dh, auth } = keys ?? {}
  if (endpoint === undefined || p256dh === undefined || auth === undefined)
    throw new Error(say('This browser gave no address for notifications. Try again, or use another browser.'))
  await api.addPushSubscription({ endpoint, keys: { p256dh, auth }, label: navigator.userAgent.slice(0, 100) })
}

async function switchOff(): Promise<void> {
  const subscription = await current()
  if (!subscription) return
  await api.removePushSubscription(subscription.endpoint)
  await subscription.unsubscribe()
}

/** "Notifications on this device". */
export function PushSwitch() {
  const [isOn, setOn] = useState(false)
  const [isBusy, setBusy] = useState(false)
  const [failure, setFailure] = useState<string | null>(isAble() ? null : notHere)
  useEffect(() => {
    if (isAble())
      void current()
        .then((subscription) => setOn(subscription !== null))
        .catch(() => undefined)
  }, [])
  const change = async (wanted: boolean): Promise<void> => {
    setBusy(true)
    setFailure(null)
    try {
      await (wanted ? switchOn() : switchOff())
      setOn(wanted)
    } catch (error) {
      setFailure(error instanceof Error ? error.message : String(error))
    }
    setBusy(false)
  }
  return (
    <>
      <Switch
        label={say('Notifications on this device')}
        checked={isOn}
        disabled={isBusy || !isAble()}
        onChange={(event) => void change(event.currentTarget.checked)}
        data-testid="push-switch"
      />
      {failure && (
        <div className="notice" data-tone="warn" role="status">
          {failure}
        </div>
      )}
    </>
  )
}
