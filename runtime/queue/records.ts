// The shapes that this folder owns.

export interface StreamRef {
  streamId: string
  run: number
}

/** What the upkeep needs of the store. */
export interface UpkeepStore {
  /** Deletes one small batch of what is too old; true while there is more. */
  sweepRetention(): Promise<boolean>
  /** Makes the day partitions of decisions for today and the next two days. */
  ensurePartitions(): Promise<void>
}
