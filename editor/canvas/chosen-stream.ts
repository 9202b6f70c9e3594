// Which camera's stream the cards of a flow show, where there are several.
import { create } from 'zustand'

export const useChosenStream = create<{ byFlow: Record<string, string> }>()(() => ({ byFlow: {} }))

/** Shows another camera's stream on every card of a flow. */
export function chooseStream(flowId: string, streamId: string): void {
  useChosenStream.setState((choice) => ({ byFlow: { ...choice.byFlow, [flowId]: streamId } }))
}
