// Plans of deployments, kept in memory for a while: they never change once written, and every action needs its own.
import { eq } from 'drizzle-orm'
import type { Plan } from '../../nodes/contract/plan.ts'
import type { Queryable } from '../database/index.ts'
import { deployments } from '../database/index.ts'

export interface DeployedPlan {
  plan: Plan
  revision: number
}

export interface PlanCache {
  /** Undefined when the deployment is gone. */
  read(session: Queryable, deploymentId: string): Promise<DeployedPlan | undefined>
}

/** Keeps the `most` plans used last. */
export function createPlanCache(most = 50): PlanCache {
  const known = new Map<string, DeployedPlan>()
  return {
    async read(session, deploymentId) {
      const cached = known.get(deploymentId)
      known.delete(deploymentId)
      const [row] = cached
        ? [cached]
        : await session
            .select({ plan: deployments.plan, revision: deployments.revision })
            .from(deployments)
            .where(eq(deployments.id, deploymentId))
      if (!row) return undefined
      // A Map keeps the order of insertion: the first key is the one unused for longest.
      known.set(deploymentId, row)
      const [oldest] = known.keys()
      if (known.size > most && oldest !== undefined) known.delete(oldest)
      return row
    },
  }
}
