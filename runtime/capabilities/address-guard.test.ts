import { expect, it } from 'vitest'
import { guardedLookup } from './address-guard.ts'

it('hands over the addresses it has checked, one or all as asked', async () => {
  const one = await new Promise((resolve) => { guardedLookup('localhost', { family: 4 }, (error, address, family) => resolve({ error, address, family })) })
  expect(one).toEqual({ error: null, address: '127.0.0.1', family: 4 })
  const all = await new Promise<{ address: string }[]>((resolve) => { guardedLookup('localhost', { all: true }, (_error, addresses) => resolve(addresses as { address: string }[])) })
  expect(all.map(({ address }) => address)).toContain('127.0.0.1')
})

it('refuses a name that leads to a forbidden address', async () => {
  const error = await new Promise<Error | null>((resolve) => { guardedLookup('169.254.169.254', {}, (refusal) => resolve(refusal)) })
  expect(error?.name).toBe('RefusedAddressError')
})
