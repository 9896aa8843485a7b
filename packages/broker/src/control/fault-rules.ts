import type { KafkaErrorName, TopicPartition } from '@partita/protocol'
import type { KnownApi } from '@partita/wire'
import { integerOption } from '@partita/protocol'

/** A request as rules and observers see it. */
export interface ObservedRequest {
  /** Kafka's name of the API: `Produce`. */
  readonly api: KnownApi['name']
  readonly version: number
  readonly correlationId: number
  /** The id of the node that it came to. */
  readonly node: number
  readonly clientId: string | null
  readonly clientAddress: string
  /** The decoded body; its form is the API's (`RequestOf<typeof produceApi>` of `@partita/wire`). Bytes in it are views: copy what you keep. */
  readonly body: unknown
  /** The partitions that it is about; empty for an API without any. */
  readonly partitions: readonly TopicPartition[]
}

/** Which requests. Everything that is given must hold; an empty filter takes all. */
export interface RequestFilter {
  readonly api?: KnownApi['name'] | undefined
  /** Requests about this topic. */
  readonly topic?: string | undefined
  readonly partition?: number | undefined
  /** Requests that come to this node. */
  readonly node?: number | undefined
  readonly clientId?: string | undefined
  readonly where?: ((request: ObservedRequest) => boolean) | undefined
}

/** What happens to a request that a rule takes. */
export type Fault =
  | { readonly kind: 'fail'; readonly error: KafkaErrorName }
  | { readonly kind: 'drop' }
  | { readonly kind: 'loseAnswer' }
  | { readonly kind: 'swallow' }
  | { readonly kind: 'delay'; readonly ms: number }
  | { readonly kind: 'throttle'; readonly ms: number }
  | { readonly kind: 'alterRequest' | 'alterAnswer'; readonly change: Alteration }

/** Makes another body of a decoded one; what it gives has to be of the same form. */
export type Alteration = (body: unknown) => unknown

/** A rule that is in force. */
export interface FaultRule {
  readonly filter: RequestFilter
  readonly fault: Fault
  /** How many requests it has taken. A test can see by it that its fault came to pass. */
  readonly hits: number
  /** How many it will still take; 0 when it is used up or removed. */
  readonly remaining: number
  remove(): void
}

/** Says what is to happen, and puts the rule in force. Unless told otherwise it takes one request. */
export interface FaultBuilder {
  /** How many requests. */
  times(count: number): FaultBuilder
  /** All requests, until the rule is removed. */
  always(): FaultBuilder
  /**
   * Answers with an error and does nothing else. Where the API answers for each partition (Produce, Fetch, ListOffsets,
   * OffsetCommit, OffsetForLeaderEpoch, DeleteRecords, AddPartitionsToTxn, TxnOffsetCommit, DescribeProducers), only those
   * that the filter names are refused.
   */
  fail(error: KafkaErrorName): FaultRule
  /** Closes the connection; the request is not carried out. */
  drop(): FaultRule
  /** Carries the request out and closes the connection in place of an answer. */
  loseAnswer(): FaultRule
  /** Carries nothing out and answers nothing, neither to this request nor to any later one of the connection: it hangs. */
  swallow(): FaultRule
  /** Carries the request out so much later. Requests behind it on the connection wait as well. */
  delay(ms: number): FaultRule
  /** Answers at once that the client is over its quota, and mutes the connection for so long (KIP-219). */
  throttle(ms: number): FaultRule
  /**
   * Carries out another request of the same API and version: what `change` makes of the body, whose form is that of
   * `ObservedRequest.body`. What it throws, or gives that cannot be, closes the connection.
   */
  alterRequest(change: Alteration): FaultRule
  /** Answers something else: what `change` makes of the answer's body (`ResponseInput<…>` of `@partita/wire`). */
  alterAnswer(change: Alteration): FaultRule
}

/** Rules in the order in which they were made. */
export interface FaultRules {
  readonly isEmpty: boolean
  readonly on: (filter: RequestFilter) => FaultBuilder
  /** Uses up one request of every rule that takes this one, and gives what they do. */
  take(request: ObservedRequest): FaultRule[]
  all(): readonly FaultRule[]
  readonly clear: () => void
}

export function createFaultRules(): FaultRules {
  const rules: (FaultRule & { hit(): void })[] = []

  function add(filter: RequestFilter, count: number, fault: Fault): FaultRule {
    let remaining = count
    let hits = 0
    const rule = {
      filter,
      fault,
      get hits() {
        return hits
      },
      get remaining() {
        return remaining
      },
      hit() {
        hits += 1
        remaining -= 1
        if (remaining === 0) rule.remove()
      },
      remove() {
        remaining = 0
        const index = rules.indexOf(rule)
        if (index >= 0) rules.splice(index, 1)
      },
    }
    rules.push(rule)
    return rule
  }

  function builder(filter: RequestFilter, count: number): FaultBuilder {
    return {
      times: (times) => builder(filter, integerOption('times', times, { min: 1 })),
      always: () => builder(filter, Number.POSITIVE_INFINITY),
      fail: (error) => add(filter, count, { kind: 'fail', error }),
      drop: () => add(filter, count, { kind: 'drop' }),
      loseAnswer: () => add(filter, count, { kind: 'loseAnswer' }),
      swallow: () => add(filter, count, { kind: 'swallow' }),
      delay: (ms) => add(filter, count, { kind: 'delay', ms: integerOption('ms', ms, { min: 0 }) }),
      throttle: (ms) => add(filter, count, { kind: 'throttle', ms: integerOption('ms', ms, { min: 0 }) }),
      alterRequest: (change) => add(filter, count, { kind: 'alterRequest', change }),
      alterAnswer: (change) => add(filter, count, { kind: 'alterAnswer', change }),
    }
  }

  return {
    get isEmpty() {
      return rules.length === 0
    },
    on: (filter) => builder(filter, 1),
    take(request) {
      const taking = rules.filter(({ filter }) => takes(filter, request))
      for (const rule of taking) rule.hit()
      return taking
    },
    all: () => [...rules],
    clear() {
      for (const rule of rules.slice()) rule.remove()
    },
  }
}

/** Whether a filter takes a request. */
export function takes(filter: RequestFilter, request: ObservedRequest): boolean {
  if (filter.api !== undefined && filter.api !== request.api) return false
  if (filter.node !== undefined && filter.node !== request.node) return false
  if (filter.clientId !== undefined && filter.clientId !== request.clientId) return false
  if (namesPartitions(filter) && !request.partitions.some((place) => takesPartition(filter, place))) return false
  return filter.where?.(request) ?? true
}

/** Whether a partition is among those that a filter names. */
export function takesPartition(filter: RequestFilter, { topic, partition }: TopicPartition): boolean {
  if (filter.topic !== undefined && filter.topic !== topic) return false
  return filter.partition === undefined || filter.partition === partition
}

function namesPartitions({ topic, partition }: RequestFilter): boolean {
  return topic !== undefined || partition !== undefined
}
