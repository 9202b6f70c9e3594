// What a socket is told to connect to.
import { expect, it } from 'vitest'
import { pinnedLookup } from './address-guard.ts'

const addresses = [
  { address: '10.0.0.7', family: 4 },
  { address: 'fd00::7', family: 6 },
]

it('hands over the addresses it was given, one or all as asked, whatever the name', () => {
  pinnedLookup(addresses)('elsewhere.example', {}, (error, address, family) =>
    expect([error, address, family]).toEqual([null, '10.0.0.7', 4]),
  )
  pinnedLookup(addresses)('elsewhere.example', { all: true }, (error, all) =>
    expect([error, all]).toEqual([null, addresses]),
  )
  expect.assertions(2)
})
