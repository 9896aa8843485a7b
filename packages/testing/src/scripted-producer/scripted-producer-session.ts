import {
  type BatchBuilder,
  type BatchLimits,
  type Clock,
  type MetadataOptions,
  PartitaError,
  partitionName,
  type PartitionInfo,
  type ProducerTransport,
  type ProducerTransportOptions,
  type SealedBatch,
  type TopicPartition,
  type TransactionControl,
  type WriteResult,
} from '@partita/protocol'
import { ScriptedBatch } from './scripted-batch.ts'
import { scriptedControl } from './scripted-transactions.ts'
import type { ScriptedCluster, ScriptedMetadata, ScriptedOutcome, ScriptedWrite } from './scripted-cluster.ts'

/** What a session does to each call. */
export interface SessionScripts {
  readonly script: (write: ScriptedWrite) => ScriptedOutcome | undefined
  readonly transactionStep: Parameters<typeof scriptedControl>[1]
  readonly metadata: (topic: string, ask: number, refresh: boolean) => ScriptedMetadata | undefined
}

interface PartitionState {
  writing: ScriptedBatch | undefined
  /** The batch whose last write failed and that was not abandoned. */
  failed: ScriptedBatch | undefined
}

/** Plays the script, and holds the producer to the port's contract. */
export class ScriptedProducerSession implements ProducerTransport {
  readonly transactions: TransactionControl | undefined
  readonly #options: ProducerTransportOptions
  readonly #scripts: SessionScripts
  readonly #cluster: ScriptedCluster
  readonly #clock: Clock
  readonly #asks = new Map<string, number>()
  readonly #partitions = new Map<string, PartitionState>()
  readonly #underWay = new Set<(error: PartitaError) => void>()
  #closed = false

  constructor(
    options: ProducerTransportOptions,
    scripts: SessionScripts,
    { cluster, clock }: { readonly cluster: ScriptedCluster; readonly clock: Clock },
  ) {
    this.#options = options
    this.#scripts = scripts
    this.#cluster = cluster
    this.#clock = clock
    if (options.transactionalId === undefined) return
    this.transactions = scriptedControl(cluster.transactions, scripts.transactionStep, (delayMs, act) =>
      this.#answer(delayMs, act),
    )
  }

  partitionsFor(topic: string, { refresh = false }: MetadataOptions = {}): Promise<readonly PartitionInfo[]> {
    const ask = (this.#asks.get(topic) ?? 0) + 1
    this.#asks.set(topic, ask)
    const { error, delayMs = 0 } = this.#scripts.metadata(topic, ask, refresh) ?? {}
    return this.#answer(delayMs, () => {
      if (error !== undefined) throw error
      return this.#cluster.partitionsOf(topic)
    })
  }

  openBatch(target: TopicPartition, limits: BatchLimits): BatchBuilder {
    return new ScriptedBatch(target, limits)
  }

  async write(batch: SealedBatch): Promise<WriteResult> {
    if (!(batch instanceof ScriptedBatch))
      return this.#cluster.violation('write was given a batch of another transport')
    const state = this.#stateOf(batch)
    this.#checkTurn(batch, state)
    const { topic, partition, content: records } = batch
    const call: ScriptedWrite = { topic, partition, attempt: ++batch.attempts, records }
    this.#cluster.writes.push(call)
    state.writing = batch
    try {
      const baseOffset = await this.#perform(batch, this.#scripts.script(call) ?? { outcome: 'stored' })
      batch.state = 'done'
      state.failed = undefined
      return { baseOffset: this.#options.acks === 0 ? -1 : baseOffset, logAppendTime: this.#cluster.logAppendTime }
    } catch (error) {
      state.failed = batch
      throw error
    } finally {
      state.writing = undefined
    }
  }

  abandon(batch: SealedBatch): void {
    const state = this.#stateOf(batch)
    if (!(batch instanceof ScriptedBatch) || state.failed !== batch) {
      this.#cluster.violation(`a batch of ${partitionName(batch)} was abandoned whose last write had not failed`)
    }
    state.failed = undefined
    batch.state = 'abandoned'
    this.#cluster.abandoned++
  }

  close(): Promise<void> {
    this.#closed = true
    this.#cluster.closed = true
    const error = closedError()
    for (const reject of this.#underWay) reject(error)
    this.#underWay.clear()
    return Promise.resolve()
  }

  #checkTurn(batch: ScriptedBatch, state: PartitionState): void {
    const cluster = this.#cluster
    const name = partitionName(batch)
    const isOutside = this.#options.transactionalId !== undefined && cluster.transactions.open === undefined
    if (isOutside) cluster.violation(`a batch of ${name} was written outside of a transaction`)
    if (state.writing !== undefined) cluster.violation(`two writes at once for ${name}`)
    if (batch.state === 'done') cluster.violation(`a batch of ${name} was written again after it had succeeded`)
    if (batch.state === 'abandoned') cluster.violation(`a batch of ${name} was written after it had been abandoned`)
    if (state.failed !== undefined && state.failed !== batch) {
      cluster.violation(`another batch of ${name} was written while a failed one was neither stored nor abandoned`)
    }
  }

  #perform(batch: ScriptedBatch, outcome: ScriptedOutcome): Promise<number> {
    const { enableIdempotence, requestTimeoutMs } = this.#options
    const delayMs = outcome.outcome === 'unanswered' ? requestTimeoutMs : (outcome.delayMs ?? 0)
    return this.#answer(delayMs, () => {
      if (outcome.outcome === 'refused') throw outcome.error
      if (outcome.outcome === 'stored') return this.#cluster.store(batch, enableIdempotence)
      if (outcome.stored !== false) this.#cluster.store(batch, enableIdempotence)
      throw outcome.outcome === 'unanswered'
        ? ambiguous('REQUEST_TIMEOUT', 'No answer in time.', batch)
        : ambiguous('CONNECTION_FAILED', 'The connection broke before the answer came.', batch)
    })
  }

  /** Answers after a delay, without one at once; with `CLOSED` where the session is closed first. */
  #answer<T>(delayMs: number, act: () => T): Promise<T> {
    if (this.#closed) return Promise.reject(closedError())
    return new Promise<T>((resolve, reject) => {
      const finish = (): void => {
        if (!this.#underWay.delete(reject)) return
        try {
          resolve(act())
        } catch (error) {
          reject(error as Error)
        }
      }
      this.#underWay.add(reject)
      if (delayMs > 0) this.#clock.setTimer(delayMs, finish)
      else finish()
    })
  }

  #stateOf(target: TopicPartition): PartitionState {
    const name = partitionName(target)
    let state = this.#partitions.get(name)
    if (state === undefined) this.#partitions.set(name, (state = { writing: undefined, failed: undefined }))
    return state
  }
}

function ambiguous(
  code: 'REQUEST_TIMEOUT' | 'CONNECTION_FAILED',
  message: string,
  { topic, partition }: TopicPartition,
): PartitaError {
  return new PartitaError(code, message, { api: 'Produce', topic, partition, retriable: true, ambiguous: true })
}

function closedError(): PartitaError {
  return new PartitaError('CLOSED', 'The scripted transport was closed.', { ambiguous: true })
}
