// Holds what the API answered against the schema of its route: every call of a test's client passes here, so that what the editor is
// told in types is what servers say, word for word.
import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import { ProblemSchema } from '../../nodes/contract/errors.ts'
import { routeAnswers } from '../../runtime/http/route-answers.ts'

const RefusalSchema = z.object({
  error: z.object({
    code: z.string(),
    message: z.string(),
    problems: z.array(ProblemSchema),
    requestId: z.string(),
    details: z.record(z.string(), z.unknown()).optional(),
  }),
})

/** Paths without parameters come first: `/events/acknowledge` is no event. */
const routes = Object.entries(routeAnswers)
  .map(([route, schema]) => {
    const [method = '', path = ''] = route.split(' ')
    const pattern = path.replace(/:\w+/g, '[^/]+').replace(/\*\w+/g, '.+')
    return { method, schema, isExact: !/[:*]/.test(path), matches: new RegExp(`^/api${pattern}$`) }
  })
  .sort((a, b) => Number(b.isExact) - Number(a.isExact))

/** Throws when an answer in JSON is not what its route is said to answer, or says more. */
export function assertDescribed(method: string, path: string, status: number, body: unknown): void {
  const plain = path.split('?', 1)[0] ?? ''
  const route = routes.find((each) => each.method === method && each.matches.test(plain))
  const isRefusal = status >= 400 && !(plain === '/api/health' && status === 503)
  const schema = isRefusal ? RefusalSchema : route?.schema
  if (!isRefusal && !route) return
  if (!schema)
    throw new Error(`${method} ${plain} answered JSON, and runtime/http/route-answers.ts says that it does not`)
  const read = schema.safeParse(body)
  if (!read.success)
    throw new Error(`${method} ${plain} (${status}) is not what its schema says:\n${z.prettifyError(read.error)}`)
  if (!isDeepStrictEqual(read.data, body))
    throw new Error(
      `${method} ${plain} (${status}) says more than its schema:\n${JSON.stringify(body).slice(0, 2000)}\nschema keeps:\n${JSON.stringify(read.data).slice(0, 2000)}`,
    )
}
