// Three people to tell, one after the other, as a plan: family, neighbour, emergency desk. Each webhook answers to a path of its own.
import notification from '../../nodes/action/notification.ts'
import type { Plan, PlanNode } from '../../nodes/contract/plan.ts'

export { notification }
export const steps = ['family', 'neighbour', 'desk'] as const

/** A plan whose model's word goes to the first; each waits `afterM` minutes and is reminded every `everyM`. */
export function escalationPlan(url: string, { afterM, everyM = 0 }: { afterM: number; everyM?: number }): Plan {
  const actions = steps.map((id): PlanNode => ({
    id,
    type: 'notification',
    version: 1,
    config: notification.config.parse({
      channel: 'webhook',
      url: `${url}?step=${id}`,
      title: id,
      unacknowledgedAfterM: afterM,
      repeatEveryM: everyM,
    }),
  }))
  return {
    format: 'heed.plan/1',
    name: 'Fall alert',
    streams: [
      {
        id: 'cam',
        source: { id: 'cam', type: 'camera-source', version: 1, config: {} },
        taps: { longSide: 640, floor: { width: 256, height: 192 } },
        ticks: [],
        actions,
        routes: {
          'model.response': [{ to: 'action', node: 'family', port: 'message' }],
          'family.unacknowledged': [{ to: 'action', node: 'neighbour', port: 'message' }],
          'neighbour.unacknowledged': [{ to: 'action', node: 'desk', port: 'message' }],
        },
      },
    ],
  }
}
