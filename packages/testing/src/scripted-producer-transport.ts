import { type Clock, PartitaError, type Transport } from '@partita/protocol'
import { ScriptedCluster, type ScriptedWrite, type StoredRecord } from './scripted-producer/scripted-cluster.ts'
import { ScriptedProducerSession, type SessionScripts } from './scripted-producer/scripted-producer-session.ts'

export interface ScriptedProducerTransportOptions {
  readonly clock: Clock
  /** Name to number of partitions. */
  readonly topics: Readonly<Record<string, number>>
  /** What becomes of each write. Default, and where it gives `undefined`: stored at once. */
  readonly script?: SessionScripts['script']
  /** What becomes of each question for partitions (`ask` counts from 1 a topic). Default: the truth at once. */
  readonly metadata?: SessionScripts['metadata']
  /** What becomes of each step of a transaction. Default, and where it gives `undefined`: it is carried out at once. */
  readonly transactionStep?: SessionScripts['transactionStep']
  /** `guarantees.transactions`. Default `true`. */
  readonly transactions?: true | string
  /** `guarantees.idempotentWrites`. Default `true`: a batch that is written again is stored once. */
  readonly idempotentWrites?: true | string
  /** Give records the time of their storing (`LogAppendTime`). Default `false`. */
  readonly logAppendTime?: boolean
}

/**
 * A producer transport that keeps logs in memory, does to each write what a script says, and holds the producer to the
 * port's contract: never two writes of one partition at once, no other batch after a failed one unless it was abandoned.
 */
export interface ScriptedProducerTransport extends Transport {
  /** What is stored in a partition, in order. */
  log(topic: string, partition: number): readonly StoredRecord[]
  /** What of it readers of committed records see. */
  committedLog(topic: string, partition: number): readonly StoredRecord[]
  /** The steps of transactions that were carried out: `begin`, `sendOffsets orders-0@5`, `commit`, `abort`. */
  readonly transactionSteps: readonly string[]
  /** Every call of `write`, in order. */
  readonly writes: readonly ScriptedWrite[]
  /** What the producer did that the port forbids, each as a sentence. Expect it to be empty. */
  readonly violations: readonly string[]
  /** How many batches were abandoned. */
  readonly abandoned: number
  /** Whether a session was closed. */
  readonly closed: boolean
  /** Creates a topic, or gives it another number of partitions. */
  setPartitions(topic: string, count: number): void
}

const noConsumer = 'it has no consumer.'

/** Makes a {@link ScriptedProducerTransport}. `openConsumer` and `openAdmin` throw `UNSUPPORTED`. */
export function createScriptedProducerTransport(options: ScriptedProducerTransportOptions): ScriptedProducerTransport {
  const { clock, topics, idempotentWrites = true, logAppendTime = false } = options
  const { script = () => undefined, metadata = () => undefined, transactionStep = () => undefined } = options
  const { transactions = true } = options
  const cluster = new ScriptedCluster(topics, clock, logAppendTime)
  return {
    name: 'scripted',
    guarantees: {
      idempotentWrites,
      resultPerBatch: true,
      drainBeforeRevoke: noConsumer,
      cooperativeRebalance: noConsumer,
      consumerGroupProtocol: noConsumer,
      backgroundHeartbeat: noConsumer,
      commitMetadata: noConsumer,
      orderedHeaders: true,
      transactions,
    },
    clock,
    openProducer: (session) =>
      new ScriptedProducerSession(session, { script, metadata, transactionStep }, { cluster, clock }),
    openConsumer: () => unsupported('consumer'),
    openAdmin: () => unsupported('admin'),
    log: (topic, partition) => cluster.log({ topic, partition }),
    committedLog: (topic, partition) =>
      cluster.log({ topic, partition }).filter(({ transaction }) => cluster.transactions.isVisible(transaction)),
    transactionSteps: cluster.transactions.steps,
    writes: cluster.writes,
    violations: cluster.violations,
    get abandoned() {
      return cluster.abandoned
    },
    get closed() {
      return cluster.closed
    },
    setPartitions: (topic, count) => void cluster.topics.set(topic, count),
  }
}

function unsupported(session: string): never {
  throw new PartitaError('UNSUPPORTED', `The scripted producer transport has no ${session}.`)
}
