import { integerOption, PartitaError } from '@partita/protocol'
import type { ProducerParts } from './assembly.ts'
import { waitAtMost } from './waits.ts'

/** Ends a producer: waits for what was sent, rejects what is left when the time is over, closes the connections. */
export async function shutDown(parts: ProducerParts<never, never>, timeoutMs: number): Promise<void> {
  integerOption('timeoutMs', timeoutMs, { min: 0, max: 0x7fffffff })
  const { clock, session, outstanding, memory, topics, delivery, intake, transactions } = parts
  const until = clock.monotonic() + timeoutMs
  intake.close(new PartitaError('CLOSED', 'The producer is closed and takes no more records.', { api: 'send' }))
  if (transactions !== undefined) {
    const error = new PartitaError('CLOSED', 'The producer was closed; the transaction is aborted.', { api: 'close' })
    await waitAtMost(clock, timeoutMs, transactions.close(error))
  }
  const drained = outstanding.drained()
  for (const queue of topics.queues()) delivery.wake(queue)
  if (!(await waitAtMost(clock, Math.max(0, until - clock.monotonic()), drained))) {
    const [written, unwritten] = [closedError(true), closedError(false)]
    for (const queue of topics.queues()) delivery.abandon(queue, (inFlight) => (inFlight ? written : unwritten))
    memory.evict(() => unwritten)
    topics.close(unwritten)
  }
  await session.close()
}

function closedError(inFlight: boolean): PartitaError {
  const fate = inFlight ? 'the record was on its way and may have been stored' : 'the record was not sent'
  return new PartitaError('CLOSED', `The producer was closed before the record was acknowledged; ${fate}.`, {
    api: 'close',
    ambiguous: inFlight,
  })
}
