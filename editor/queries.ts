// What the editor asks the server for and asks again: one cache for all pages, so that two of them never show two answers. What the
// live feed tells by itself stands in live.ts.
import { QueryClient, queryOptions, useQuery, type QueryKey, type UseQueryOptions } from '@tanstack/react-query'
import { useRef } from 'react'
import { api } from './api.ts'
import { readStatus } from './live.ts'
import type { ConnectionView, FlowSummary } from './views.ts'
import type { Language } from './words/say.ts'

/**
 * `always`: a house without the internet still has its Heed. No tries of its own: what is polled is asked again at its pace, and the
 * page says meanwhile what is wrong. Nobody looks at a hidden tab, so nothing is asked from there.
 */
export const queries = new QueryClient({
  defaultOptions: { queries: { networkMode: 'always', retry: false }, mutations: { networkMode: 'always' } },
})

const sometimesMs = 10_000
const retryMs = 5_000

export const flowsQuery = queryOptions({ queryKey: ['flows'], queryFn: () => api.flows(), staleTime: sometimesMs })
export const connectionsQuery = queryOptions({
  queryKey: ['connections'],
  queryFn: () => api.connections(),
  staleTime: sometimesMs,
})
export const camerasQuery = queryOptions({ queryKey: ['cameras'], queryFn: () => api.cameras() })
export const healthQuery = queryOptions({ queryKey: ['health'], queryFn: () => api.health(), refetchInterval: 5_000 })
export const packagesQuery = queryOptions({ queryKey: ['packages'], queryFn: () => api.packages() })
/** Asked often while something is about to change. */
export const nodeRedQuery = queryOptions({
  queryKey: ['node-red'],
  queryFn: () => api.nodeRed(),
  refetchInterval: ({ state: { data } }) =>
    data?.state === 'starting' || data?.state === 'waiting' || (data?.isOn && data.state === 'off') ? 700 : sometimesMs,
})
/** The state of one flow is kept in live.ts, where the feed changes it; this only asks for it now and then. */
export const statusQuery = (flow: string) =>
  queryOptions({
    queryKey: ['status', flow],
    queryFn: () => readStatus(flow).then(() => Date.now()),
    refetchInterval: 15_000,
  })
export const templatesQuery = (language: Language) =>
  queryOptions({
    queryKey: ['templates', language],
    queryFn: () => api.templates(language),
    refetchInterval: ({ state }) => (state.status === 'error' ? retryMs : false),
  })

/** Asks again for what has just been changed, wherever it is shown. */
export function readAgain({ queryKey }: { queryKey: QueryKey }): Promise<void> {
  return queries.invalidateQueries({ queryKey })
}

export interface Read<T> {
  /** The newest answer; what was read before stays when another one fails. Null until there was one. */
  data: T | null
  /** Why the last try brought none; stays while it is asked again. */
  failure: string | null
  error: Error | null
  again(): void
}

/** An answer of the server on a page. */
export function useRead<T, Key extends QueryKey>(query: UseQueryOptions<T, Error, T, Key>): Read<T> {
  const { data, error, status, refetch } = useQuery(query)
  const failure = useRef<string | null>(null)
  if (status === 'error') failure.current = error.message
  if (status === 'success') failure.current = null
  return { data: data ?? null, failure: failure.current, error, again: () => void refetch() }
}

const none: readonly ConnectionView[] = []

export function useConnections(): readonly ConnectionView[] {
  return useQuery(connectionsQuery).data ?? none
}

/** Those that were read last, for what is no component. */
export function knownConnections(): readonly ConnectionView[] {
  return queries.getQueryData(connectionsQuery.queryKey) ?? none
}

/** Names and ids; for their states see useFlows. Null until they were read once. */
export function useFlowList(): readonly FlowSummary[] | null {
  return useQuery(flowsQuery).data ?? null
}

export function knownFlows(): readonly FlowSummary[] {
  return queries.getQueryData(flowsQuery.queryKey) ?? []
}
