// What the pages System and History ask beside the rest of the API: typed requests through the editor's one door.
import { queryOptions } from '@tanstack/react-query'
import { call } from '../api.ts'

export const systemApi = {
  retryDelivery: (id: string) => call('POST /deliveries/:id/retry', { id }),
  settleDelivery: (id: string) => call('POST /deliveries/:id/settle', { id }),
  settleAll: () => call('POST /deliveries/failed/settle'),
  changePassword: (current: string, next: string) => call('PUT /password', {}, { body: { current, next } }),
  endSignIn: (id: string) => call('DELETE /sign-ins/:id', { id }),
  endOtherSignIns: () => call('DELETE /sign-ins'),
  makeToken: (name: string) => call('POST /tokens', {}, { body: { name } }),
  revokeToken: (id: string) => call('DELETE /tokens/:id', { id }),
}

const sometimesMs = 10_000

export const systemQuery = queryOptions({
  queryKey: ['system'],
  queryFn: () => call('GET /system'),
  refetchInterval: sometimesMs,
})
export const failedQuery = queryOptions({
  queryKey: ['failed-deliveries'],
  queryFn: () => call('GET /deliveries/failed'),
  refetchInterval: sometimesMs,
})
export const signInsQuery = queryOptions({
  queryKey: ['sign-ins'],
  queryFn: async () => (await call('GET /sign-ins')).signIns,
})
export const tokensQuery = queryOptions({
  queryKey: ['tokens'],
  queryFn: async () => (await call('GET /tokens')).tokens,
})
export const precisionQuery = queryOptions({
  queryKey: ['precision'],
  queryFn: async () => (await call('GET /precision')).flows,
})
