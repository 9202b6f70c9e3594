// From answers to a flow: running, or on the canvas to be finished by hand.
import { api } from '../api.ts'
import { startShare } from '../canvas/share-camera.ts'
import { streamIdOf } from '../graph/cameras-of-node.ts'
import { freeName } from '../panels/new-flow.ts'
import { go } from '../route.ts'
import { keepWish, roomyWish } from '../wishes.ts'
import type { Language } from '../words/say.ts'
import { takeHeld } from './held-media.ts'
import { answersOf, firstAnswers, noCamera, sharedBy, type Given } from './template-answers.ts'
import type { TemplateDocument } from './template-views.ts'
import { flowsQuery, knownFlows, readAgain } from '../queries.ts'

async function make(template: TemplateDocument, given: Given, language: Language) {
  const taken = knownFlows().map(({ name }) => name)
  return await api.useTemplate(template.id, {
    answers: answersOf(template.asks, given),
    name: freeName(template.title, taken),
    lang: language,
  })
}

/** Opens it on the canvas; nothing runs. */
export async function drawTemplate(template: TemplateDocument, given: Given, language: Language): Promise<void> {
  const { id } = await make(template, given, language)
  void readAgain(flowsQuery)
  keepWish(roomyWish, id)
  go(`/flows/${id}`)
}

/** The drawn scene, watched for falls: needs neither a camera nor a file. */
export async function watchExample(name: string, language: Language): Promise<void> {
  const [template, { path }] = await Promise.all([api.template('fall-alert', language), api.makeExample()])
  const given = firstAnswers(template, 'UTC')
  for (const node of Object.keys(given.cameras)) given.cameras[node] = { ...noCamera, way: 'clip', path }
  await startTemplate({ ...template, title: name }, given, language)
}

/**
 * Makes the flow, starts it and goes to it: to its canvas, on a phone to its picture. A flow that cannot start is taken back, and the
 * ApiError says why; one that names hosts of its own opens on the canvas, where they are asked for.
 */
export async function startTemplate(template: TemplateDocument, given: Given, language: Language): Promise<void> {
  const { id, document, unapprovedHosts = [] } = await make(template, given, language)
  if (unapprovedHosts.length > 0) {
    void readAgain(flowsQuery)
    return go(`/flows/${id}`)
  }
  try {
    await api.deploy(id)
  } catch (error) {
    await api.removeFlow(id).catch(() => undefined)
    throw error
  }
  void readAgain(flowsQuery)
  for (const { node, what } of sharedBy(document, given)) void startShare(streamIdOf(id, node), what, takeHeld(node))
  keepWish(roomyWish, id)
  go(matchMedia('(max-width: 760px)').matches ? `/watch/${id}` : `/flows/${id}`)
}
