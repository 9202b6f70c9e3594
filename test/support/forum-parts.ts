// The parts that hand-made flows of Node-RED are built of, as its editor writes them.
import type { RedEntry } from './red-flow.ts'

export interface ForumFlow {
  name: string
  /** An array, or a whole document. */
  entries: unknown
  /** Type of the first card that an entry becomes; `-` for none. */
  becomes: Record<string, string>
}

const at = { x: 120, y: 80 }
export const tab = (id = 't', more: RedEntry = {}): RedEntry => ({
  id,
  type: 'tab',
  label: id,
  disabled: false,
  info: '',
  ...more,
})
/** `to`: the first output's targets, or all outputs. */
export const n = (id: string, type: string, to: (string | string[])[] = [], config: RedEntry = {}): RedEntry => ({
  id,
  type,
  z: 't',
  name: '',
  ...config,
  ...at,
  wires: to.some((each) => typeof each !== 'string') ? to.map((each) => [each].flat()) : [to],
})
export const sink = (id: string, type: string, config: RedEntry = {}): RedEntry => ({
  ...n(id, type, [], config),
  wires: [],
})
export const debug = (id = 'd', more: RedEntry = {}): RedEntry =>
  sink(id, 'debug', { active: true, tosidebar: true, complete: 'payload', targetType: 'msg', ...more })
export const press = (id: string, ...to: string[]): RedEntry =>
  n(id, 'inject', to, {
    props: [{ p: 'payload' }, { p: 'topic', vt: 'str' }],
    repeat: '',
    crontab: '',
    once: false,
    topic: '',
    payload: '',
    payloadType: 'date',
  })
export const every = (id: string, repeat: string, text: string, ...to: string[]): RedEntry =>
  n(id, 'inject', to, {
    props: [{ p: 'payload' }, { p: 'topic', vt: 'str' }],
    repeat,
    crontab: '',
    once: false,
    topic: '',
    payload: text,
    payloadType: 'str',
  })
export const fn = (id: string, func: string, outputs: string[][], more: RedEntry = {}): RedEntry =>
  n(id, 'function', outputs, {
    func,
    outputs: outputs.length,
    timeout: 0,
    noerr: 0,
    initialize: '',
    finalize: '',
    libs: [],
    ...more,
  })
export const rules = (checkall: string, ...list: RedEntry[]): RedEntry => ({
  property: 'payload',
  propertyType: 'msg',
  rules: list,
  checkall,
  repair: false,
  outputs: list.length,
})
export const rbe = {
  func: 'rbe',
  gap: '',
  start: '',
  inout: 'out',
  septopics: false,
  property: 'payload',
  topi: 'topic',
}
export const trigger = {
  op1: '1',
  op2: '0',
  op1type: 'str',
  op2type: 'str',
  duration: '250',
  extend: false,
  overrideDelay: false,
  units: 'ms',
  reset: '',
  bytopic: 'all',
  topic: 'topic',
  outputs: 1,
}
export const delay = {
  pauseType: 'delay',
  timeout: '5',
  timeoutUnits: 'seconds',
  rate: '1',
  nbRateUnits: '1',
  rateUnits: 'second',
  randomFirst: '1',
  randomLast: '5',
  randomUnits: 'seconds',
  drop: false,
  allowrate: false,
  outputs: 1,
}
export const broker = {
  id: 'mq',
  type: 'mqtt-broker',
  name: 'House',
  broker: '10.0.0.2',
  port: '1883',
  clientid: '',
  autoConnect: true,
  usetls: false,
  keepalive: '60',
}
