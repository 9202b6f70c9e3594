// The HTTP API as one app: what stands in front, then one file per resource. Holds no rule of its own.
import express, { Router } from 'express'
import type { Express } from 'express'
import { NotFoundError } from '../../nodes/contract/errors.ts'
import { addAskRoutes } from '../streams/index.ts'
import { addAcknowledgeRoutes } from '../history/index.ts'
import { addApprovedHostRoutes } from '../egress/index.ts'
import { addCameraRoutes } from '../flows/index.ts'
import { addConnectionRoutes } from '../connections/index.ts'
import { addDeliveryRoutes } from '../actions/index.ts'
import { addDeploymentRoutes } from '../flows/index.ts'
import type { ApiDeps } from './api-deps.ts'
import { addEditorFiles } from './editor-files.ts'
import { writeErrors } from './errors.ts'
import { addEventRoutes } from '../history/index.ts'
import { addFlowRoutes } from '../flows/index.ts'
import { createGate } from './gate.ts'
import type { Gate } from './gate.ts'
import { securityHeaders } from './headers.ts'
import { addHealthRoutes } from './health.ts'
import { addImportRoutes } from '../flows/index.ts'
import { readJson } from './json-body.ts'
import { addLiveRoutes } from '../live/index.ts'
import { createLiveHub } from '../live/index.ts'
import type { LiveHub } from '../live/index.ts'
import { addCameraThingRoutes, addMediaRoutes } from '../cameras/index.ts'
import { addMemoryRoutes } from '../streams/index.ts'
import { addNodeRoutes } from '../flows/index.ts'
import { createOpenLines } from '../live/index.ts'
import type { OpenLines } from '../live/index.ts'
import { addNodeTestRoutes } from '../flows/index.ts'
import { addNodeRedEditor, addNodeRedRoutes } from '../node-red/index.ts'
import { addPackageRoutes } from '../packages/index.ts'
import { createPasswords } from '../accounts/index.ts'
import type { PasswordCost, Passwords } from '../accounts/index.ts'
import { addPushSubscriptionRoutes } from '../channels/index.ts'
import { logRequests, rememberMountPath } from './request-log.ts'
import { addSignInRoutes, createSignInLinks } from '../accounts/index.ts'
import type { SignInLinks } from '../accounts/index.ts'
import { addStayRoutes } from '../flows/index.ts'
import { addSharingRoutes } from '../flows/index.ts'
import { addRecordingRoutes } from '../recordings/index.ts'
import { addRehearsalRoutes } from '../rehearsals/index.ts'
import { addStreamRoutes } from '../live/index.ts'
import { addSystemRoutes } from '../system/index.ts'
import { addTemplateRoutes } from '../templates/index.ts'
import { addVoiceRoutes } from '../streams/index.ts'

export interface Api {
  app: Express
  gate: Gate
  lines: OpenLines
  /** A one-time link that makes the owner's password; for the first start, to be printed and never logged. */
  createSignInLink(): string
  /** Ends every live feed and lets go of the bus. */
  close(): void
}

const maxBodyBytes = 2 * 1024 * 1024

/** Everything under /api, on one flat router: what is not registered here is a 404. */
function createRouter(
  deps: ApiDeps,
  parts: { gate: Gate; lines: OpenLines; links: SignInLinks; passwords: Passwords; hub: LiveHub },
): Router {
  const api = Router()
  api.use(rememberMountPath)
  // Strangers may send this much and no more.
  api.use(['/sign-in', '/acknowledge'], ...readJson(16 * 1024))
  addImportRoutes(api, deps, maxBodyBytes)
  api.use(...readJson(maxBodyBytes))
  addHealthRoutes(api, deps, parts.gate)
  addSignInRoutes(api, deps, parts)
  addNodeRoutes(api, deps)
  addPackageRoutes(api, deps)
  addNodeRedRoutes(api, deps)
  addSharingRoutes(api, deps)
  addStayRoutes(api, deps)
  addTemplateRoutes(api, deps)
  addFlowRoutes(api, deps)
  addDeploymentRoutes(api, deps)
  addRecordingRoutes(api, deps)
  addRehearsalRoutes(api, deps)
  addConnectionRoutes(api, deps)
  addApprovedHostRoutes(api, deps)
  addMediaRoutes(api, deps)
  addCameraRoutes(api, deps)
  addCameraThingRoutes(api, deps)
  addEventRoutes(api, deps)
  addAcknowledgeRoutes(api, deps)
  addPushSubscriptionRoutes(api, deps)
  addNodeTestRoutes(api, deps)
  addDeliveryRoutes(api, deps)
  addVoiceRoutes(api, deps)
  addLiveRoutes(api, parts)
  addStreamRoutes(api, deps, parts.lines)
  addAskRoutes(api, deps)
  addMemoryRoutes(api, deps)
  addSystemRoutes(api, deps)
  api.use((request) => {
    throw new NotFoundError(
      'HTTP_NOT_FOUND',
      `There is no ${request.method} ${request.originalUrl.split('?', 1)[0] ?? ''} in this API.`,
    )
  })
  return api
}

export interface AppOptions {
  /** Tests sign in often; everybody else leaves this alone. */
  passwordCost?: PasswordCost
}

/** Builds the app on what it is given; nothing listens yet. */
export function createApp(deps: ApiDeps, options: AppOptions = {}): Api {
  const app = express()
  const gate = createGate(deps)
  const lines = createOpenLines()
  const links = createSignInLinks(deps.publicUrl)
  const hub = createLiveHub(deps)

  app.disable('x-powered-by')
  // ETags are revisions here; a hash of the answer would only cost time.
  app.set('etag', false)
  app.set('trust proxy', deps.isTrustedProxy)
  app.use(logRequests(deps), ...securityHeaders(deps), gate.checkHost)
  app.use(
    ['/api', '/metrics'],
    (_request, response, next) => {
      response.setHeader('Cache-Control', 'no-store')
      next()
    },
    gate.admit,
  )
  app.use('/api', createRouter(deps, { gate, lines, links, passwords: createPasswords(options.passwordCost), hub }))
  app.get('/metrics', async (_request, response) => {
    const { contentType, text } = await deps.metrics()
    response.set('Content-Type', contentType).send(text)
  })
  addNodeRedEditor(app, deps, gate.admit)
  addEditorFiles(app, deps.editorDir)
  app.use(writeErrors(deps.log))

  return {
    app,
    gate,
    lines,
    createSignInLink: () => links.create(),
    close: () => {
      hub.close()
      lines.closeAll()
    },
  }
}
