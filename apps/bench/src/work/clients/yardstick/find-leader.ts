import { Answer } from './answer.ts'
import { openFrames } from './frames.ts'
import { Request } from './request.ts'

export interface Leader {
  readonly address: string
  /** How many the topic has. */
  readonly partitions: number
}

/** Asks a broker who leads a topic's partitions, which must be one node for all. */
export async function findLeader(broker: string, topic: string): Promise<Leader> {
  let answered: (frame: Buffer) => void
  const answer = new Promise<Buffer>((resolve) => (answered = resolve))
  const socket = await openFrames(broker, (frame) => answered(frame))
  const [metadata, version] = [3, 1]
  socket.write(new Request(metadata, version, 64 + topic.length).int32(1).string(topic).frame())
  const leader = readLeader(new Answer(await answer))
  socket.destroy()
  return leader
}

function readLeader(answer: Answer): Leader {
  const nodes = new Map<number, string>()
  for (let count = answer.int32(); count > 0; count--) {
    nodes.set(answer.int32(), `${answer.string()}:${answer.int32()}`)
    answer.string() // rack
  }
  answer.skip(4 + 4) // the controller; one topic
  answer.errorCode()
  answer.string() // its name
  answer.skip(1) // whether it is internal
  const partitions = answer.int32()
  const leaders = new Set<number>()
  for (let count = partitions; count > 0; count--) {
    answer.errorCode()
    answer.skip(4)
    leaders.add(answer.int32())
    for (const _ of ['replicas', 'in-sync replicas']) answer.skip(4 * answer.int32())
  }
  const [only, another] = leaders
  if (only === undefined || another !== undefined) throw new Error('the yardstick is for topics with one leader')
  return { address: nodes.get(only)!, partitions }
}
