// Makes an empty flow and opens it.
import { api } from '../api.ts'
import { emptyFlow } from '../graph/edit.ts'
import { go } from '../route.ts'
import { say } from '../words/say.ts'
import { flowsQuery, knownFlows, readAgain } from '../queries.ts'

/** "New flow", "New flow 2", …: a name that is not taken. */
export function freeName(wanted: string, taken: readonly string[]): string {
  if (!taken.includes(wanted)) return wanted
  let count = 2
  while (taken.includes(`${wanted} ${count}`)) count++
  return `${wanted} ${count}`
}

/** Throws ApiError when the flow could not be made. */
export async function newFlow(): Promise<void> {
  const taken = knownFlows().map((flow) => flow.name)
  const { id } = await api.createFlow(emptyFlow(freeName(say('New flow'), taken)))
  void readAgain(flowsQuery)
  go(`/flows/${id}`)
}
