// What the open flow keeps of the template it came from, and whether a newer version of that is here.
import { create } from 'zustand'
import { ApiError, api } from '../api.ts'
import { openFlow, saveNow, useFlow } from '../store.ts'
import type { FlowTemplate } from './template-views.ts'
import { say } from '../words/say.ts'

interface State {
  flow: string | null
  from: FlowTemplate | null
  /** "Later": not again for this version until the flow is opened anew. */
  isPutOff: boolean
}

export const useFlowTemplate = create<State>()(() => ({ flow: null, from: null, isPutOff: false }))

/** Asked when a flow opens. Silent when it cannot be: the flow itself is what matters there. */
export async function readFlowTemplate(flow: string): Promise<void> {
  if (useFlowTemplate.getState().flow !== flow) useFlowTemplate.setState({ flow, from: null, isPutOff: false })
  try {
    const from = await api.flowTemplate(flow)
    if (useFlowTemplate.getState().flow === flow) useFlowTemplate.setState({ from })
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
  }
}

/** Saves what is open, takes the newer version over as a new revision, and opens it. Throws ApiError. */
export async function takeNewer(flow: string): Promise<void> {
  if (!(await saveNow()))
    throw new ApiError(0, 'EDITOR_UNSAVED', say('Your newest changes are not saved yet. Try again once they are.'))
  await api.takeTemplate(flow, useFlow.getState().revision)
  await openFlow(flow)
  await readFlowTemplate(flow)
}
