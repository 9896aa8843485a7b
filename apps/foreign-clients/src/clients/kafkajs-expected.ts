import type { ExpectedFailure } from '../foreign-client.ts'

const security = 'needs TLS and SASL listeners'
const threeNodes = 'needs three nodes'

/** Tests of kafkajs that one plaintext node does not pass. All but those marked so fail on a lone Kafka 4.3.1 as well. */
export const kafkajsExpected: readonly ExpectedFailure[] = [
  { check: /SSL|SASL|SCRAM|OAUTHBEARER|mechanism|authenticator|session lifetime|reauthenticate/, because: security },
  { check: /idempotentProduceMessages.*retriable error/, because: threeNodes },
  { check: /brokerPool\.spec/, because: threeNodes },
  { check: /deleteTopicRecords.*(retriable|non-retriable)/, because: threeNodes },
  { check: /broker is not the partition leader/, because: threeNodes },
  {
    check: /describeConfigs describe broker configs|alter broker configs/,
    because: threeNodes,
  },
  { check: /describeCluster/, because: threeNodes },
  { check: /findGroupCoordinator (attempt to find coordinator across all|retry on ECONNREFUSED)/, because: threeNodes },
  { check: /PartitionReassignments/, because: `${threeNodes} (AlterPartitionReassignments is not served)` },
  { check: /manual replica assignment/, because: threeNodes },
  {
    check: /emits (the )?request timeout events?/,
    because: 'waits for an answer that takes longer than 1 ms (passes on Kafka)',
  },
  { check: /ListOffsets v0/, because: 'Kafka 4 does not serve ListOffsets 0 either' },
  { check: /max timestamp difference configured/, because: 'Kafka 4 has no message.timestamp.difference.max.ms' },
  { check: /Broker > describeConfigs request/, because: 'expects the settings and synonyms of Kafka 2.4' },
  { check: /ignores invalid transaction fields/, because: 'Kafka 4 checks them' },
  {
    check: /OffsetCommit request|OffsetFetch request|Heartbeat request|recovers from offset out of range/,
    because:
      'joins with a rebalance timeout of 0 ms, after which a member that has not synced is let go (since Kafka 3)',
  },
]
