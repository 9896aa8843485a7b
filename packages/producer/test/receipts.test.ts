import { PartitaError, type RecordMetadata } from '@partita/protocol'
import { describe, expect, it } from 'vitest'
import { failedWith, newReceipt, type Receipt, rejectBehind, SharedReceipts, SingleReceipts } from '../src/receipts.ts'

const failure = new PartitaError('INVALID_RECORD', 'scripted.')

function result(offset: number): RecordMetadata {
  return { topic: 'orders', partition: 0, offset, timestamp: 5 }
}

/** Names and ends of promises, in the order in which their owners hear of them. */
function listen(): { readonly heard: string[]; listen(name: string, promise: Promise<RecordMetadata>): void } {
  const heard: string[] = []
  return {
    heard,
    listen: (name, promise) =>
      void promise.then(
        ({ offset }) => heard.push(`${name} ${offset}`),
        (error: PartitaError) => heard.push(`${name} ${error.code}`),
      ),
  }
}

async function turn(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve))
}

describe('the receipts of a batch', () => {
  it('are settled in the order of the records, whether or not a record had to wait for its place', async () => {
    for (const outcome of [result, failedWith(failure)]) {
      const { heard, ...ears } = listen()
      const [shared, waited] = [new SharedReceipts(), newReceipt()]
      ears.listen('a', shared.add())
      ears.listen('b', waited.promise)
      shared.put(waited)
      ears.listen('c', shared.add())
      shared.settle(outcome)
      await turn()
      const ends = outcome === result ? [0, 1, 2] : Array(3).fill('INVALID_RECORD')
      expect(heard).toEqual(['a', 'b', 'c'].map((name, index) => `${name} ${ends[index]}`))
    }
  })

  it('that are taken apart reject at once what failed; the others follow the batch that takes them, in order', async () => {
    const { heard, ...ears } = listen()
    const [shared, waited] = [new SharedReceipts(), newReceipt()]
    ears.listen('a', shared.add())
    ears.listen('b', shared.add())
    ears.listen('c', waited.promise)
    shared.put(waited)
    ears.listen('d', shared.add())
    const left = shared.takeApart([undefined, failure, undefined, undefined])
    await turn()
    expect(heard).toEqual(['b INVALID_RECORD'])

    const part = new SingleReceipts()
    left.forEach((receipt) => part.put(receipt))
    const [last] = part.takeApart([failure, failure, undefined])
    await turn()
    expect(heard.slice(1)).toEqual(['a INVALID_RECORD', 'c INVALID_RECORD'])
    last!.resolve(result(7))
    await turn()
    expect(heard.slice(3)).toEqual(['d 7'])
  })

  it('of several batches that fail in one turn, and of a record behind them, are heard of in order', async () => {
    const { heard, ...ears } = listen()
    const [first, part, second, behind] = [
      new SharedReceipts(),
      new SingleReceipts(),
      new SharedReceipts(),
      newReceipt(),
    ]
    ears.listen('a', first.add())
    ears.listen('b', first.add())
    first.takeApart([undefined, undefined]).forEach((receipt: Receipt) => part.put(receipt))
    ears.listen('c', second.add())
    ears.listen('d', behind.promise)
    await turn()
    part.settle(failedWith(failure))
    second.settle(failedWith(failure))
    rejectBehind(behind, failure)
    await turn()
    expect(heard).toEqual(['a', 'b', 'c', 'd'].map((name) => `${name} INVALID_RECORD`))
  })
})
