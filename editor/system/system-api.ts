// What the pages System and History ask beside the rest of the API: typed requests through the editor's one door.
import { call } from '../api.ts'

export const systemApi = {
  system: () => call('GET /system'),
  failedDeliveries: () => call('GET /deliveries/failed'),
  retryDelivery: (id: string) => call('POST /deliveries/:id/retry', { id }),
  settleDelivery: (id: string) => call('POST /deliveries/:id/settle', { id }),
  settleAll: () => call('POST /deliveries/failed/settle'),
  changePassword: (current: string, next: string) => call('PUT /password', {}, { body: { current, next } }),
  signIns: async () => (await call('GET /sign-ins')).signIns,
  endSignIn: (id: string) => call('DELETE /sign-ins/:id', { id }),
  endOtherSignIns: () => call('DELETE /sign-ins'),
  tokens: async () => (await call('GET /tokens')).tokens,
  makeToken: (name: string) => call('POST /tokens', {}, { body: { name } }),
  revokeToken: (id: string) => call('DELETE /tokens/:id', { id }),
  precisions: async () => (await call('GET /precision')).flows,
}
