import type { RecordView } from './read-batches.ts'

/** Runs one handler of a key at a time, those of different keys all at once. A lane, once made, is never given up. */
export function keyLanes(handler: (record: RecordView) => Promise<void>): (record: RecordView) => void {
  const lanes = new Map<string, (record: RecordView) => void>()
  return (record) => {
    const key = record.bytes.toString('latin1', record.keyStart, record.keyEnd)
    let lane = lanes.get(key)
    if (lane === undefined) {
      lane = openLane(handler)
      lanes.set(key, lane)
    }
    lane(record)
  }
}

function openLane(handler: (record: RecordView) => Promise<void>): (record: RecordView) => void {
  const waiting: RecordView[] = []
  let isBusy = false

  function next(): void {
    const record = waiting.shift()
    if (record === undefined) isBusy = false
    else void handler(record).then(next)
  }

  return (record) => {
    if (isBusy) {
      waiting.push(record)
      return
    }
    isBusy = true
    void handler(record).then(next)
  }
}
