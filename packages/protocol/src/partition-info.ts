/** One partition as the cluster's metadata tells it. */
export interface PartitionInfo {
  readonly partition: number
  /** The leader's node id, -1 where there is none at the moment. */
  readonly leader: number
}
