// What the routes of node-red/ take as a body. Schemas only: the routes read by them, and the editor takes their types.
import { SwitchSchema } from './records.ts'

export const ChangeSchema = SwitchSchema.partial().extend({
  reachable: SwitchSchema.shape.reachable.unwrap().optional(),
})

export const nodeRedBodies = {
  'PUT /node-red': ChangeSchema,
}
