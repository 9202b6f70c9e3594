// Flows of Node-RED, as the catalogue finds them.
import type { ForeignFormat } from '../contract/foreign-flows.ts'
import { isRedDocument } from './document.ts'
import { readRedFlow } from './read.ts'
import { stayInNodeRed } from './stay.ts'
import { writeRedFlow } from './write.ts'

const format: ForeignFormat = {
  id: 'node-red',
  title: 'Node-RED',
  recognises: isRedDocument,
  read: readRedFlow,
  write: writeRedFlow,
  stay: stayInNodeRed,
}
export default format
