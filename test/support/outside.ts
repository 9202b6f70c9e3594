// Packages from outside that the conformance suites look at beside Heed's own: the example, or those of `npm run check-nodes`.
import path from 'node:path'
import { exampleNodes, loadCatalogue } from '../../runtime/catalogue.ts'
import { loadOutside } from '../../runtime/packages/outside.ts'
import { readManifest } from '../../runtime/packages/manifest.ts'
import { connectionKinds } from './connection-kinds.ts'

const named = (process.env['HEED_CHECK_NODES'] ?? '').split(',').filter((folder) => folder !== '')
const folders = named.length > 0 ? named : [exampleNodes]

export const outside = await loadOutside({
  asked: folders,
  places: [],
  builtIn: { nodes: await loadCatalogue(), kinds: connectionKinds },
})

/** Each sound node type with the file it came from. */
export const outsideFiles = (
  await Promise.all(
    folders.map(async (folder) => {
      const home = await readManifest(folder).catch(() => null)
      if (home === null) return []
      const types = outside.nodes.filter(({ origin }) => origin?.package === home.name)
      return types.flatMap((definition) => {
        const name = home.files.find((file) => path.parse(file).name === definition.type)
        return name === undefined ? [] : [{ package: home, file: path.join(folder, name), definition }]
      })
    }),
  )
).flat()
