// All templates that can be offered: those that come with Heed, those saved here, and the organisation's. Where two have one id,
// the nearer one is offered: Heed's own first, then what was saved here.
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import type { Log } from '../../nodes/contract/capabilities.ts'
import { BadRequestError, ConflictError, NotFoundError, toError } from '../../nodes/contract/errors.ts'
import { noIndex, type OrganisationIndex } from './organisation-index.ts'
import { readTemplate, type Shelved, type Template } from './template.ts'

/** Those that come with Heed. */
export const builtInTemplates = path.join(import.meta.dirname, '..', '..', 'templates')

/** What was saved here. */
export interface OwnTemplateStore {
  list(): Promise<Template[]>
  /** A new one, or the next version of one that is there; gives the version. */
  save(template: Omit<Template, 'version'>): Promise<Template>
  /** Whether there was one. */
  remove(id: string): Promise<boolean>
}

export interface TemplateShelf {
  /** `notes`: what could not be read, one sentence each. */
  list(): Promise<{ shelved: Shelved[]; notes: string[] }>
  /** Throws NotFoundError GALLERY_NOT_FOUND. */
  get(id: string): Promise<Shelved>
  save(template: Omit<Template, 'version'>): Promise<Template>
  /** Throws when it is not one that was saved here. */
  remove(id: string): Promise<void>
}

export function createTemplateShelf(deps: {
  own: OwnTemplateStore
  log: Log
  folder?: string
  index?: OrganisationIndex
}): TemplateShelf {
  const index = deps.index ?? noIndex
  let builtIn: Promise<Template[]> | undefined
  const readBuiltIn = (): Promise<Template[]> => (builtIn ??= readFolder(deps.folder ?? builtInTemplates, deps.log))
  const list: TemplateShelf['list'] = async () => {
    const [here, own, organisation] = await Promise.all([readBuiltIn(), deps.own.list(), index.read()])
    const shelved = new Map<string, Shelved>()
    const put = (templates: readonly Template[], origin: Shelved['origin']): void => {
      for (const template of templates) if (!shelved.has(template.id)) shelved.set(template.id, { template, origin })
    }
    put(here, 'built-in')
    put(own, 'own')
    put(organisation.templates, 'index')
    return { shelved: [...shelved.values()], notes: organisation.trouble === null ? [] : [organisation.trouble] }
  }
  const get: TemplateShelf['get'] = async (id) => {
    const found = (await list()).shelved.find(({ template }) => template.id === id)
    if (!found) throw new NotFoundError('GALLERY_NOT_FOUND', `There is no template "${id.slice(0, 100)}" here.`)
    return found
  }
  return {
    list,
    get,
    save: async (template) => {
      const taken = (await readBuiltIn()).some(({ id }) => id === template.id)
      if (taken) throw new ConflictError('GALLERY_BUILT_IN', `"${template.id}" comes with Heed. Choose another name.`)
      const read = readTemplate({ ...template, version: 1 })
      if ('trouble' in read)
        throw new BadRequestError('GALLERY_TEMPLATE_WRONG', `This cannot be a template. ${read.trouble}`)
      return await deps.own.save(template)
    },
    remove: async (id) => {
      if (await deps.own.remove(id)) return
      const { origin } = await get(id)
      throw new ConflictError(
        'GALLERY_NOT_YOURS',
        origin === 'built-in'
          ? `"${id}" comes with Heed and stays.`
          : `"${id}" is your organisation's; it is removed there.`,
      )
    },
  }
}

/** A file that cannot be read is left out and logged: the others are offered all the same. */
async function readFolder(folder: string, log: Log): Promise<Template[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.json')).sort()
  const templates: Template[] = []
  for (const name of names) {
    try {
      const read = readTemplate(JSON.parse(await readFile(path.join(folder, name), 'utf8')))
      if ('template' in read) templates.push(read.template)
      else log.error({ name, trouble: read.trouble }, 'a template cannot be used')
    } catch (thrown) {
      log.error({ name, err: toError(thrown) }, 'a template cannot be read')
    }
  }
  return templates
}
