import type { Client } from '../work/job.ts'

/** Something from npm that the bench installs when it first needs it, and never into the workspace. */
export interface Installable {
  readonly package: string
  readonly version: string
  /** What to try, one after the other: environment variables of the installation. */
  readonly installations: readonly Readonly<Record<string, string>>[]
  /** Whether it can be loaded by the Node that runs the bench, and so be checked. */
  readonly loads: boolean
}

/** Another client. */
export interface Peer extends Installable {
  readonly package: Client
}

export type PeerName = 'platformatic' | 'rdkafka' | 'confluent'

/** Those that do not load here (`loads: false`) need the newer Node. */
export const peers: Readonly<Record<PeerName, Peer>> = {
  platformatic: {
    package: '@platformatic/kafka',
    version: '2.12.1',
    installations: [{}],
    loads: false,
  },
  rdkafka: {
    package: 'node-rdkafka',
    version: '3.6.1',
    // Its own librdkafka, else the system's (on Debian: librdkafka-dev).
    installations: [{}, { BUILD_LIBRDKAFKA: '0' }],
    loads: true,
  },
  confluent: {
    package: '@confluentinc/kafka-javascript',
    version: '1.10.1',
    // A build from GitHub's releases, else one made here, which takes five to ten minutes.
    installations: [{}, { CKJS_LINKING: 'dynamic' }],
    loads: true,
  },
}

/** A Node as an npm package: for peers that refuse the one that runs the bench, and to tell what the newer one is worth. */
export const newerNode: Installable = { package: 'node', version: '24.21.0', installations: [{}], loads: false }
