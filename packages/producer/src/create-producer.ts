import { type Bytes, PartitaError, topicName } from '@partita/protocol'
import { assemble, flush, type ProducerParts } from './assembly.ts'
import type { ProducerOptions } from './options.ts'
import type { CloseOptions, Producer, ProducerMetrics, ResumeTarget } from './producer.ts'
import { checkOptions } from './settings.ts'
import { shutDown } from './shut-down.ts'
import { waitUnlessAborted } from './waits.ts'

/**
 * Makes a producer. Nothing connects before the first `send`.
 *
 *     const producer = createProducer({ transport })
 *     const { partition, offset } = await producer.send({ topic: 'orders', key: 'o-17', value: 'paid' })
 *
 * @throws PartitaError `INVALID_OPTION`, or `UNSUPPORTED` where the transport cannot do what is asked
 */
export function createProducer<K = Bytes, V = Bytes>(options: ProducerOptions<K, V>): Producer<K, V> {
  const settings = checkOptions(options)
  const parts = assemble(options, settings)
  const { intake, halts, transactions } = parts
  let closed: Promise<void> | undefined

  function close({ timeoutMs = settings.deliveryTimeoutMs }: CloseOptions = {}): Promise<void> {
    return (closed ??= shutDown(parts, timeoutMs))
  }

  return {
    send: transactions === undefined ? (record, sendOptions) => intake.send(record, sendOptions) : refuseSend,
    transaction: (work, transactionOptions) => transactions?.run(work, transactionOptions) ?? refuseTransaction(),
    flush({ signal } = {}) {
      const drained = flush(parts)
      return signal === undefined ? drained : waitUnlessAborted(drained, signal, 'flush')
    },
    resume: (target) => resume(parts, target),
    halted: () => halts.list(),
    partitionsFor: (topic) => intake.partitionsFor(topic),
    metrics: () => metricsOf(parts),
    close,
    [Symbol.asyncDispose]: close,
  }
}

function refuseSend(): Promise<never> {
  const text =
    'A producer with a transactionalId sends in transactions only: producer.transaction((tx) => tx.send(record)). ' +
    'Make another producer, without the id, for records that belong to none.'
  return Promise.reject(new PartitaError('INVALID_TXN_STATE', text, { api: 'send' }))
}

function refuseTransaction(): Promise<never> {
  const text = 'Transactions need a name to go by: give createProducer a transactionalId.'
  return Promise.reject(new PartitaError('INVALID_OPTION', text, { api: 'transactionalId' }))
}

function resume<K>({ halts, preparation }: ProducerParts<K, never>, target: ResumeTarget<K>): boolean {
  const topic = topicName(target.topic)
  if ('key' in target) return halts.resumeKey(topic, preparation.keyBytes(topic, target.key))
  if ('partition' in target) return halts.resumePartition({ topic, partition: target.partition })
  return halts.resumeTopic(topic)
}

function metricsOf(parts: ProducerParts<never, never>): ProducerMetrics {
  const { outstanding, memory, topics, delivery, halts, hooks, transactions } = parts
  const { acknowledged, failed, pending } = outstanding
  return {
    recordsSent: acknowledged + failed + pending,
    recordsAcknowledged: acknowledged,
    recordsFailed: failed,
    recordsPending: pending,
    recordsWaiting: memory.waiting.size + topics.waiting,
    bufferedBytes: memory.used,
    batchesWritten: delivery.batchesWritten,
    retries: delivery.retries,
    splits: delivery.splits,
    halted: halts.size,
    transactionsCommitted: transactions?.ended.committed ?? 0,
    transactionsAborted: transactions?.ended.aborted ?? 0,
    transactionsInDoubt: transactions?.ended.unknown ?? 0,
    hookErrors: hooks.errors,
  }
}
