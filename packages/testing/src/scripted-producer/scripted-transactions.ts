import {
  type ConsumerGroupMetadata,
  type OffsetCommit,
  PartitaError,
  partitionName,
  type TransactionControl,
} from '@partita/protocol'

/** What becomes of a step, after `delayMs` (default 0: at once). With an `error` it is not carried out, unless `performed`. */
export interface ScriptedStep {
  readonly error?: PartitaError
  readonly performed?: boolean
  readonly delayMs?: number
}

export type TransactionStep = 'begin' | 'sendOffsets' | 'commit' | 'abort'

/** The transactions of a scripted cluster, one at a time, and the book of their steps. */
export class ScriptedTransactions {
  /** `begin`, `sendOffsets orders-0@5`, `commit`, `abort`: those that were carried out. */
  readonly steps: string[] = []
  /** By number: whether they were committed. Those that are missing are open. */
  readonly #ended = new Map<number, boolean>()
  #count = 0
  #isOpen = false

  /** The number of the open transaction. */
  get open(): number | undefined {
    return this.#isOpen ? this.#count : undefined
  }

  /** Whether what a transaction wrote is seen by readers of committed records. `undefined`: written in none. */
  isVisible(transaction: number | undefined): boolean {
    return transaction === undefined || this.#ended.get(transaction) === true
  }

  perform(step: TransactionStep, offsets: readonly OffsetCommit[] = []): void {
    if (step === 'begin') {
      this.#count += 1
      this.#isOpen = true
    } else if (step !== 'sendOffsets') {
      this.#isOpen = false
      this.#ended.set(this.#count, step === 'commit')
    }
    this.steps.push([step, ...offsets.map((each) => `${partitionName(each)}@${each.offset}`)].join(' '))
  }
}

/** A session's side of them: plays the script. */
export function scriptedControl(
  transactions: ScriptedTransactions,
  script: (step: TransactionStep, group?: ConsumerGroupMetadata) => ScriptedStep | undefined,
  answer: <T>(delayMs: number, act: () => T) => Promise<T>,
): TransactionControl {
  async function play(step: TransactionStep, offsets?: readonly OffsetCommit[], group?: ConsumerGroupMetadata) {
    const { error, performed = error === undefined, delayMs = 0 } = script(step, group) ?? {}
    await answer(delayMs, () => {
      if ((transactions.open === undefined) !== (step === 'begin')) {
        throw new PartitaError('INVALID_TXN_STATE', `The scripted transport is asked to ${step} at the wrong time.`)
      }
      if (performed) transactions.perform(step, offsets)
      if (error !== undefined) throw error
    })
  }
  return {
    begin: () => play('begin'),
    sendOffsets: (offsets, group) => play('sendOffsets', offsets, group),
    commit: () => play('commit'),
    abort: () => play('abort'),
  }
}
