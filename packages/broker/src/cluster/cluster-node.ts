/** Where clients are told to find a node. */
export interface Endpoint {
  readonly host: string
  readonly port: number
}

/** One of the brokers that make up the cluster. */
export interface ClusterNode {
  readonly id: number
  /** Where it stands (`broker.rack`); consumers of the same rack may read from it. */
  readonly rack: string | null
  readonly endpoint: Endpoint
  /** Whether it takes connections. */
  readonly isUp: boolean
}
