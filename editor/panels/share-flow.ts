// A flow to a file, and a file to a flow. Files are read and written in this browser; what counts is the server's word.
import { ApiError, api } from '../api.ts'
import { exportName } from '../graph/needs.ts'
import { beginImported } from '../needs.ts'
import { go } from '../route.ts'
import { readFlows } from '../session.ts'

/** As much as the server takes. */
const mostBytes = 2 * 1024 * 1024

/** Saves the flow, without secrets, as a file of this device. */
export async function exportFlow(id: string): Promise<void> {
  const document_ = await api.exportFlow(id)
  const address = URL.createObjectURL(
    new Blob([`${JSON.stringify(document_, null, 2)}\n`], { type: 'application/json' }),
  )
  const link = document.createElement('a')
  link.href = address
  link.download = exportName(document_.name)
  link.click()
  // The browser has taken the bytes by then.
  setTimeout(() => URL.revokeObjectURL(address), 10_000)
}

async function readDocument(file: File): Promise<unknown> {
  if (file.size > mostBytes)
    throw new Error(`“${file.name}” is larger than any flow may be (2 MB). Choose a file that Heed has exported.`)
  try {
    return JSON.parse(await file.text())
  } catch {
    throw new Error(
      `“${file.name}” cannot be read as a flow. Choose a file that Heed has exported; its name ends with .heed.json.`,
    )
  }
}

/** Takes a file in and opens its flow with what it needs. Throws in words. */
export async function importFile(file: File): Promise<void> {
  const document_ = await readDocument(file)
  try {
    const { flow, requires } = await api.importFlow(document_)
    beginImported(flow, requires)
    void readFlows()
    go(`/flows/${flow.id}`)
  } catch (error) {
    if (!(error instanceof ApiError) || error.problems.length === 0) throw error
    const more = error.problems.length > 1 ? ` And ${error.problems.length - 1} more of the kind.` : ''
    throw new Error(
      `“${file.name}” is not a flow that Heed can read. ${error.problems[0]?.message ?? error.message}${more}`,
      { cause: error },
    )
  }
}
