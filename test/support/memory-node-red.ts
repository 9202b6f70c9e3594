// What Heed keeps of its Node-RED, in memory: the switch, the hold of one process, and what was last deployed.
import type { Clock } from '../../nodes/contract/capabilities.ts'
import type { Kept, NodeRedStatus, NodeRedStore } from '../../runtime/node-red/records.ts'

/** The hold as the database keeps it; what is put in front of `hold` may fail or hang for one process alone. */
export function memoryNodeRed(clock: Pick<Clock, 'nowMs'>, kept: Kept = {}): NodeRedStore {
  let held: { holder: string; url: string; status: NodeRedStatus; untilMs: number } | undefined
  let set = { isOn: true, reachable: [] as string[] }
  const isLive = (): boolean => held !== undefined && held.untilMs >= clock.nowMs()
  return {
    readSwitch: async () => set,
    writeSwitch: async (value) => {
      set = value
    },
    hold: async (by, forMs) => {
      if (held && held.holder !== by.holder && isLive()) return false
      held = { ...by, untilMs: clock.nowMs() + forMs }
      return true
    },
    release: async (holder) => {
      if (held?.holder === holder) held = undefined
    },
    readKept: async () => ({ ...kept }),
    keep: async (holder, what, text) => {
      if (!isLive() || held?.holder !== holder) return false
      kept[what] = text
      return true
    },
    holder: async () => (isLive() ? held : undefined),
  }
}
