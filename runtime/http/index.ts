// The door of http/. The HTTP API as one app: gate, errors, headers, files.
export type { ApiDeps } from './api-deps.ts'
export { createApp } from './app.ts'
export { assertSafeBinding } from './binding.ts'
export type { Gate } from './gate.ts'
export { createHttpServer } from './http-server.ts'
export { createProxyTrust, isForwardedSecure } from './proxies.ts'
