/** Differences that are meant. */
export interface Justified {
  readonly step: RegExp
  readonly path: RegExp
  readonly because: string
}

export const justified: readonly Justified[] = [
  {
    step: /^CreateTopics .*with two replicas/,
    path: /./,
    because: 'more replicas than nodes are accepted, with a warning, so that a set-up for three nodes runs on one',
  },
  { step: /^ApiVersions/, path: /^(apiKeys|supportedFeatures|finalizedFeatures)/, because: 'what is served differs' },
  {
    step: /^DescribeConfigs .*no keys/,
    path: /^results\[0\]\.configs/,
    because: 'all settings are told; Kafka has some more',
  },
  {
    step: /^IncrementalAlterConfigs .*an operation there is not/,
    path: /errorCode$/,
    because: 'INVALID_REQUEST says what is wrong; Kafka fails over it with UNKNOWN_SERVER_ERROR',
  },
  {
    step: /^Produce /,
    path: /\.recordErrors$/,
    because: 'a batch is refused as a whole; which of its records are at fault is said in no answer (KIP-467)',
  },
  {
    step: /^Produce .*fenced/,
    path: /\.logStartOffset$/,
    because: 'the error is the same; Kafka has it from the coordinator before it looks at the log, and tells no start',
  },
  {
    step: /^Fetch .*at an isolation there is not/,
    path: /./,
    because: 'it is read as 0; Kafka fails over it with UNKNOWN_SERVER_ERROR',
  },
]
