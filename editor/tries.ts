// One card tried alone with samples: what came of it, for the inspector and the card itself. Nothing is sent, nothing is kept.
import { create } from 'zustand'
import type { FlowPin, PortRef } from '../nodes/contract/flow.ts'
import { ApiError, api, call } from './api.ts'
import { addPin } from './graph/pins.ts'
import { changeFlow, currentFlow, saveNow, useFlow } from './store.ts'
import type { TriedCard } from './views.ts'

interface Tries {
  flow: string | null
  /** The card that was tried last. */
  node: string | null
  isBusy: boolean
  result: TriedCard | null
  failure: string | null
}

const none: Tries = { flow: null, node: null, isBusy: false, result: null, failure: null }
export const useTries = create<Tries>()(() => none)

/** Of a card of the open flow; undefined where it was not the one tried last. */
export function useTryOf(node: string): Tries | undefined {
  const flow = useFlow((open) => open.id)
  return useTries((tries) => (tries.flow === flow && tries.node === node ? tries : undefined))
}

export const forgetTry = (): void => useTries.setState(none)

/** Runs a card with these, one after the other, by the settings that are on the screen. */
export async function tryWith(node: string, pins: readonly FlowPin[]): Promise<void> {
  const { id: flow } = useFlow.getState()
  const config = currentFlow()?.nodes.find(({ id }) => id === node)?.config
  if (flow === null || !config || pins.length === 0) return
  useTries.setState({ ...none, flow, node, isBusy: true })
  // A card that was dropped a moment ago is there for the server too.
  await saveNow()
  const messages = pins.map(({ port, text, fields }) => ({ port, text, ...(fields ? { fields } : {}) }))
  const asked = call('POST /flows/:id/nodes/:node/try', { id: flow, node }, { body: { messages, config } })
  const came = await asked.then(
    (result) => ({ result }),
    (error: unknown) => {
      if (!(error instanceof ApiError)) throw error
      return { failure: error.message }
    },
  )
  const { flow: still, node: of } = useTries.getState()
  if (still === flow && of === node) useTries.setState({ isBusy: false, ...came })
}

/** Keeps what passed along a wire as a sample where the wire ends: all of its words, and its fields, as far as the record has them. */
export async function keepPassed(to: PortRef, pass: { eventId: string; text: string }): Promise<void> {
  const event = await api.event(pass.eventId).catch((error: unknown) => {
    if (!(error instanceof ApiError)) throw error
    return null
  })
  // A card on its way may have written the message anew: then what passed here is what counts.
  const text = event?.text.startsWith(pass.text) ? event.text : pass.text
  changeFlow((flow) => addPin(flow, to, text, event?.fields))
}
