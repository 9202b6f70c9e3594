// Makes an empty flow and opens it.
import { api } from '../api.ts'
import { emptyFlow } from '../graph/edit.ts'
import { go } from '../route.ts'
import { readFlows, useSignIn } from '../sign-in.ts'
import { say } from '../words/say.ts'

/** "New flow", "New flow 2", …: a name that is not taken. */
export function freeName(wanted: string, taken: readonly string[]): string {
  if (!taken.includes(wanted)) return wanted
  let count = 2
  while (taken.includes(`${wanted} ${count}`)) count++
  return `${wanted} ${count}`
}

/** Throws ApiError when the flow could not be made. */
export async function newFlow(): Promise<void> {
  const taken = (useSignIn.getState().flows ?? []).map((flow) => flow.name)
  const { id } = await api.createFlow(emptyFlow(freeName(say('New flow'), taken)))
  void readFlows()
  go(`/flows/${id}`)
}
