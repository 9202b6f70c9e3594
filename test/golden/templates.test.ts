// What each template compiles to, stored: a change of the compiler or of a node that changes what people's flows do is seen here.
// Meant to change? `npx vitest run test/golden -u`, and read the difference.
import { beforeAll, expect, it } from 'vitest'
import { compileFlow } from '../../runtime/compile/compile-flow.ts'
import { answered, readTemplates, richCatalogue } from '../support/templates.ts'

let catalogue: Awaited<ReturnType<typeof richCatalogue>>
beforeAll(async () => {
  catalogue = await richCatalogue()
})

it.each(readTemplates())('$file compiles to the plan that is stored', async ({ template }) => {
  const { plan } = compileFlow(answered(template, catalogue.here), catalogue)
  await expect(`${JSON.stringify(plan, null, 2)}\n`).toMatchFileSnapshot(`./plans/${template.id}.json`)
})
