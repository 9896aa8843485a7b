import { partitionName, type TopicPartition } from '@partita/protocol'
import type { GroupMember } from './group-member.ts'
import type { Task } from './lane.ts'
import type { PartitionConsumer } from './partition-consumer.ts'

/** Where one record is, for the question "why is this not running?". */
export interface RecordExplanation {
  readonly state:
    | 'not-assigned'
    | 'not-fetched'
    | 'finished'
    | 'running'
    | 'ready'
    | 'waiting'
    | 'behind-its-key'
    | 'backing-off'
    | 'too-far-ahead'
    | 'being-given-up'
  /** A sentence for people. */
  readonly because: string
}

/** Looks a record up. Takes time in proportion to what is buffered of its partition: for people, not for each record. */
export function explainRecord(
  member: GroupMember,
  paused: boolean,
  place: TopicPartition & { readonly offset: number },
): RecordExplanation {
  const name = partitionName(place)
  const partition = member.find(place)
  if (partition === undefined) return { state: 'not-assigned', because: `${name} is not assigned to this member.` }
  const { position, sortedTo, unfinished, fetchPaused } = partition
  if (position === null || place.offset >= position) {
    const room = fetchPaused ? ' Fetching is paused until half of what is buffered is finished.' : ''
    return { state: 'not-fetched', because: `Fetching of ${name} has come to offset ${position ?? 'none yet'}.${room}` }
  }
  if (sortedTo !== null && place.offset >= sortedTo) return explainWaiting(partition, paused)
  for (const task of unfinished) if (task.offset === place.offset) return explainTask(task, paused)
  return { state: 'finished', because: `It is finished, or there is no record at offset ${place.offset} of ${name}.` }
}

function explainWaiting(partition: PartitionConsumer, paused: boolean): RecordExplanation {
  if (partition.tooFarAhead) {
    return {
      state: 'too-far-ahead',
      because: 'So much before it is unfinished that commit metadata could not tell it apart from what is finished.',
    }
  }
  const turn = partition.canSort()
    ? 'every handler slot is busy'
    : 'one key of its partition has its maximum of records waiting'
  return { state: 'waiting', because: `It is fetched, and waits: ${paused ? 'the consumer is paused' : turn}.` }
}

function explainTask(task: Task, paused: boolean): RecordExplanation {
  const { lane, owner, attempt } = task
  const { head } = lane
  if (head === task && lane.state === 'running') {
    return { state: 'running', because: `Attempt ${attempt} is with the handler.` }
  }
  if (!owner.open) {
    return { state: 'being-given-up', because: 'The partition is being given up; whoever gets it handles the record.' }
  }
  if (head !== null && head !== task) {
    const old = head.owner === owner ? '' : ', of an assignment that has ended,'
    return { state: 'behind-its-key', because: `It waits for offset ${head.offset}${old} which is ${lane.state}.` }
  }
  if (lane.state === 'backing-off') {
    return { state: 'backing-off', because: `Attempt ${attempt} failed; the next one starts after a pause.` }
  }
  return {
    state: 'ready',
    because: paused ? 'The consumer is paused.' : 'It is its turn as soon as a handler slot is free.',
  }
}
