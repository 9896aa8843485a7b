import { Answer } from './answer.ts'
import { Batch, type Stored } from './batch.ts'
import { findLeader } from './find-leader.ts'
import { openFrames } from './frames.ts'
import { murmur2 } from './murmur2.ts'
import { Request } from './request.ts'

const [produce, version] = [0, 7]
const [noTransaction, acksAll, timeoutMs] = [-1, -1, 30_000]
const maxKeyBytes = 1024

export interface YardstickProducer {
  /** @param key ASCII */
  send(key: string, value: Buffer): Promise<Stored>
  close(): void
}

/** One batch a partition flies while the next one fills. */
export async function yardstickProducer(broker: string, topic: string): Promise<YardstickProducer> {
  const { address, partitions } = await findLeader(broker, topic)
  const socket = await openFrames(address, onAnswer)
  const filling: (Batch | undefined)[] = Array.from({ length: partitions })
  const flying: (Batch | undefined)[] = Array.from({ length: partitions })
  const spare: Batch[] = []
  const keyBytes = Buffer.alloc(maxKeyBytes)
  let isDue = false

  return { send, close: () => socket.destroy() }

  function send(key: string, value: Buffer): Promise<Stored> {
    const keyLength = keyBytes.write(key, 'latin1')
    const partition = murmur2(keyBytes, keyLength) % partitions
    const batch = (filling[partition] ??= spare.pop() ?? new Batch())
    batch.append(keyBytes, keyLength, value, Date.now())
    writeSoon()
    return new Promise((resolve) => batch.settle.push(resolve))
  }

  function writeSoon(): void {
    if (isDue) return
    isDue = true
    setImmediate(write)
  }

  /** What every idle partition has, in one request. */
  function write(): void {
    isDue = false
    const ready: { readonly partition: number; readonly bytes: Buffer }[] = []
    for (let partition = 0; partition < partitions; partition++) {
      const batch = filling[partition]
      if (batch === undefined || flying[partition] !== undefined) continue
      flying[partition] = batch
      filling[partition] = undefined
      ready.push({ partition, bytes: batch.seal() })
    }
    if (ready.length === 0) return
    const following = ready.reduce((sum, { bytes }) => sum + 8 + bytes.length, 0)
    const request = new Request(produce, version, 64 + topic.length)
    request.int16(noTransaction, acksAll).int32(timeoutMs, 1).string(topic).int32(ready.length)
    socket.cork()
    socket.write(request.frame(following))
    for (const { partition, bytes } of ready) {
      const head = Buffer.allocUnsafe(8)
      head.writeInt32BE(partition, 0)
      head.writeInt32BE(bytes.length, 4)
      socket.write(head)
      socket.write(bytes)
    }
    socket.uncork()
  }

  function onAnswer(frame: Buffer): void {
    const answer = new Answer(frame)
    answer.skip(4) // one topic
    answer.string()
    for (let count = answer.int32(); count > 0; count--) {
      const partition = answer.int32()
      answer.errorCode()
      const baseOffset = answer.int64()
      answer.skip(8 + 8) // append time, start of the log
      const batch = flying[partition]!
      flying[partition] = undefined
      batch.stored(topic, partition, baseOffset)
      spare.push(batch)
    }
    writeSoon()
  }
}
