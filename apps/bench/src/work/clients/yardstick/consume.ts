import { Answer } from './answer.ts'
import { findLeader } from './find-leader.ts'
import { openFrames } from './frames.ts'
import { keyLanes } from './key-lanes.ts'
import { readBatches, type RecordView } from './read-batches.ts'
import { Request } from './request.ts'

const [fetch, version] = [1, 11]
const [maxWaitMs, minBytes, maxBytes, partitionMaxBytes] = [500, 1, 20 * 1024 * 1024, 1024 * 1024]
const none = -1

/** Reads a topic of keyed records from its beginning, in no group. */
export async function yardstickConsumer(
  broker: string,
  topic: string,
  handler: (record: RecordView) => Promise<void>,
): Promise<{ close(): void }> {
  const { address, partitions } = await findLeader(broker, topic)
  const offsets = Array.from({ length: partitions }, () => 0)
  const toItsLane = keyLanes(handler)
  const socket = await openFrames(address, (frame) => {
    read(new Answer(frame))
    // Before the handlers run: the broker is at work meanwhile.
    ask()
  })
  ask()
  return { close: () => socket.destroy() }

  function ask(): void {
    const request = new Request(fetch, version, 64 + topic.length + partitions * 28)
    const [readUncommitted, session] = [0, 0]
    request.int32(none, maxWaitMs, minBytes, maxBytes).int8(readUncommitted).int32(session, none)
    request.int32(1).string(topic).int32(partitions)
    for (let partition = 0; partition < partitions; partition++) {
      request.int32(partition, none).int64(offsets[partition]!).int64(none).int32(partitionMaxBytes)
    }
    socket.write(request.int32(0).string('').frame())
  }

  function read(answer: Answer): void {
    answer.skip(4) // throttled for
    answer.errorCode()
    answer.skip(4 + 4) // the session; one topic
    answer.string()
    for (let count = answer.int32(); count > 0; count--) {
      const partition = answer.int32()
      answer.errorCode()
      answer.skip(8 + 8 + 8) // the ends and the start of the log
      answer.skip(16 * Math.max(0, answer.int32())) // aborted transactions
      answer.skip(4) // the replica to read from
      const length = Math.max(0, answer.int32())
      const next = readBatches(answer.bytes, answer.at, answer.at + length, partition, toItsLane)
      if (next !== undefined) offsets[partition] = next
      answer.skip(length)
    }
  }
}
