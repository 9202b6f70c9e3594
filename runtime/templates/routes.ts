// The gallery over HTTP: what is offered and runs here, a flow made of it, one's own templates, and newer versions for flows made
// earlier. Making a flow starts nothing.
import type { Request, Router } from 'express'
import { z } from 'zod'
import { drawFlow, type DrawnType } from '../../nodes/contract/draw-flow.ts'
import { drawGlyph } from '../../nodes/contract/draw-glyph.ts'
import { BadRequestError, ConflictError } from '../../nodes/contract/errors.ts'
import { ListQuerySchema, pageOf, parseBody, parseInput } from '../../nodes/contract/input.ts'
import { authorOf, describeNode, unapprovedIn, readCatalogue, readFlow, readIfMatch, sendFlow } from '../flows/index.ts'
import { answerTemplate, lineageOf } from './answers.ts'
import { templateFrom } from './own-template.ts'
import type { TemplateView } from './route-answers.ts'
import type { TemplatesRouteDeps } from './route-deps.ts'
import { fittingConnections, lacksOf, type Here } from './runs-here.ts'
import { takeOver } from './take-over.ts'
import { flowOf, spokenIn, languages, type Language, type Shelved } from './template.ts'
import { SaveSchema, UseSchema } from './route-bodies.ts'

const LanguageSchema = z.enum(languages).catch('en')

function languageOf(request: Request): Language {
  return LanguageSchema.parse(request.query.lang)
}

async function lookHere(deps: TemplatesRouteDeps): Promise<Here> {
  const [{ nodes, connections }, hasVideo] = await Promise.all([readCatalogue(deps), deps.hasVideo()])
  return { nodes, connections: [...connections.values()], hasVideo }
}

const origins: readonly Shelved['origin'][] = ['built-in', 'own', 'index']

function viewOf({ template, origin }: Shelved, here: Here, language: Language): TemplateView {
  const { id, version, title, purpose, capability, tags, asks } = template
  const lacks = lacksOf(template, here, language)
  const flow = flowOf(template, language)
  return {
    id,
    version,
    title: title[language],
    purpose: purpose[language],
    capability,
    tags,
    origin,
    runsHere: lacks.length === 0,
    lacks: lacks.map(({ words }) => words[language]),
    /** The same for a page that offers to add it. */
    missing: lacks.map(({ what, ability }) => ({ what, ability })),
    asks: asks.map((ask) => {
      const fitting = ask.kind === 'connection' ? fittingConnections(template, ask, here, language) : undefined
      const written = flow.nodes.find((node) => node.id === ask.node)?.config[ask.field]
      return {
        node: ask.node,
        field: ask.field,
        label: ask.label[language],
        kind: ask.kind,
        default: fitting ? (fitting[0] ?? null) : (ask.default ?? (ask.kind === 'camera' ? null : (written ?? null))),
        ...(fitting ? { connections: fitting } : {}),
        ...(ask.options
          ? { options: ask.options.map((option) => ({ value: option.value, label: option.label[language] })) }
          : {}),
      }
    }),
    preview: { url: `/api/templates/${encodeURIComponent(id)}/preview?lang=${language}` },
  }
}

/** Node types as a drawing wants them; described once, as they do not change while the process runs. */
function drawnTypes(deps: TemplatesRouteDeps): () => ReadonlyMap<string, DrawnType> {
  let types: Map<string, DrawnType> | undefined
  return () =>
    (types ??= new Map(
      [...deps.nodes.values()].map((definition) => [
        definition.type,
        { ...definition, config: describeNode(definition).config as DrawnType['config'] },
      ]),
    ))
}

/** `/api/templates` and all below, and of each flow `template`. */
export function addTemplateRoutes(api: Router, deps: TemplatesRouteDeps): void {
  const { templates, flows } = deps
  const types = drawnTypes(deps)
  api.get('/templates', async (request, response) => {
    const query = parseInput(ListQuerySchema, request.query, 'HTTP_QUERY_WRONG')
    const [{ shelved, notes }, here] = await Promise.all([templates.list(), lookHere(deps)])
    const { page, ...more } = pageOf(
      shelved,
      ({ origin, template }) => `${origins.indexOf(origin)} ${template.id}`,
      query,
    )
    response.json({ templates: page.map((each) => viewOf(each, here, languageOf(request))), notes, ...more })
  })
  api.get('/templates/:id', async (request, response) => {
    const [shelved, here] = await Promise.all([templates.get(request.params.id), lookHere(deps)])
    const language = languageOf(request)
    const { template } = shelved
    response.json({
      ...viewOf(shelved, here, language),
      says: spokenIn(template, language),
      document: flowOf(template, language),
    })
  })
  api.get('/templates/:id/preview', async (request, response) => {
    const { template } = await templates.get(request.params.id)
    const theme = request.query.theme === 'dark' ? 'dark' : 'light'
    const draw = request.query.size === 'small' ? drawGlyph : drawFlow
    response.type('image/svg+xml').set('Content-Security-Policy', "default-src 'none'; style-src 'unsafe-inline'")
    response.send(draw(flowOf(template, languageOf(request)), types(), { theme }).svg)
  })
  api.post('/templates/:id/use', async (request, response) => {
    const { template, origin } = await templates.get(request.params.id)
    const { answers, name, lang } = parseBody(UseSchema, request.body ?? {})
    const language = lang ?? languageOf(request)
    const document = readFlow({ ...answerTemplate(template, answers, language, deps.nodes), ...(name ? { name } : {}) })
    const by = await authorOf(deps, response)
    // What an organisation's template names by itself waits for the owner's yes; what was answered just now does not.
    const flow =
      origin === 'index'
        ? await flows.import(document, () => unapprovedIn(deps, flowOf(template, language)), by)
        : await flows.create(document, by)
    response.set('Location', `/api/flows/${flow.id}`)
    await sendFlow(deps, response, flow, 201)
  })
  addOwnRoutes(api, deps)
  addTakeOverRoutes(api, deps)
}

function addOwnRoutes(api: Router, deps: TemplatesRouteDeps): void {
  const { templates, flows } = deps
  api.post('/templates', async (request, response) => {
    const asked = parseBody(SaveSchema, request.body)
    const { document } = await flows.get(asked.flow)
    const saved = await templates.save(
      templateFrom(
        document,
        {
          id: asked.id ?? idFor(asked.title.en, asked.flow),
          title: asked.title,
          purpose: asked.purpose ?? bothOf(document.description) ?? asked.title,
          capability: asked.capability,
          asks: asked.asks,
        },
        deps.nodes,
      ),
    )
    const here = await lookHere(deps)
    response.status(201).set('Location', `/api/templates/${saved.id}`)
    response.json(viewOf({ template: saved, origin: 'own' }, here, languageOf(request)))
  })
  api.delete('/templates/:id', async (request, response) => {
    await templates.remove(request.params.id)
    response.status(204).end()
  })
}

function bothOf(text: string | undefined): { en: string; zh: string } | undefined {
  const plain = text?.trim().slice(0, 400)
  return plain ? { en: plain, zh: plain } : undefined
}

/** The same flow under the same title is the same template, one version newer. */
function idFor(title: string, flow: string): string {
  const slug = (text: string): string =>
    text
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-+|-+$/g, '')
  return ['own', slug(title).slice(0, 40), slug(flow).slice(0, 30)].filter((part) => part !== '').join('-')
}

/** What a newer version of a flow's template would change, and taking it over as a new revision. */
function addTakeOverRoutes(api: Router, deps: TemplatesRouteDeps): void {
  const { templates, flows } = deps
  const compare = async (id: string) => {
    const flow = await flows.get(id)
    const from = lineageOf(flow.document)
    if (!from) return { flow, from: undefined, newer: undefined, origin: undefined, title: null }
    const { shelved } = await templates.list()
    const found = shelved.find(({ template }) => template.id === from.id)
    const newer = found && found.template.version > from.version ? found.template : undefined
    return { flow, from, newer, origin: found?.origin, title: found?.template.title[from.language] ?? null }
  }
  api.get('/flows/:id/template', async (request, response) => {
    const { from, newer, flow, origin, title } = await compare(request.params.id)
    const taken = from && newer ? takeOver(flow.document, from, newer) : undefined
    response.json({
      template: from ? { id: from.id, version: from.version, title } : null,
      isOffered: origin !== undefined,
      newest: newer?.version ?? null,
      changes: taken?.changes ?? [],
      ...(taken ? { document: taken.document } : {}),
    })
  })
  api.post('/flows/:id/template/take', async (request, response) => {
    const ifRevision = readIfMatch(request.get('if-match'))
    const { from, newer, flow, origin } = await compare(request.params.id)
    if (!from) throw new BadRequestError('GALLERY_NO_TEMPLATE', `"${flow.document.name}" was not made from a template.`)
    if (!newer)
      throw new ConflictError(
        'GALLERY_NOTHING_NEWER',
        `There is no newer version of this flow's template than ${from.version}.`,
      )
    if (origin === 'index') await flows.addUnapproved(flow.id, await unapprovedIn(deps, flowOf(newer, from.language)))
    const { document } = takeOver(flow.document, from, newer)
    await sendFlow(
      deps,
      response,
      await flows.update(flow.id, readFlow(document), ifRevision, await authorOf(deps, response)),
    )
  })
}
