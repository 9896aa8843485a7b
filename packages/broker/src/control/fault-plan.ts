import type { KafkaErrorName } from '@partita/protocol'
import type { Alteration, Fault, FaultRule } from './fault-rules.ts'
import { takesPartition } from './fault-rules.ts'

/** What the rules that took a request do to it, all together. */
export interface FaultPlan {
  readonly drop: boolean
  readonly swallow: boolean
  readonly loseAnswer: boolean
  readonly delayMs: number
  readonly throttleMs: number
  /** The error for the request as a whole, where its API has but one. */
  readonly error: KafkaErrorName | undefined
  readonly errorFor: (topic: string, partition: number) => KafkaErrorName | undefined
  readonly alterRequest: Alteration
  readonly alterAnswer: Alteration
}

const unchanged: Alteration = (body) => body

export const noFaults: FaultPlan = {
  drop: false,
  swallow: false,
  loseAnswer: false,
  delayMs: 0,
  throttleMs: 0,
  error: undefined,
  errorFor: () => undefined,
  alterRequest: unchanged,
  alterAnswer: unchanged,
}

export function faultPlan(rules: readonly FaultRule[]): FaultPlan {
  if (rules.length === 0) return noFaults
  const faults = rules.map(({ fault }) => fault)
  const failing = rules.flatMap(({ filter, fault }) => (fault.kind === 'fail' ? [{ filter, error: fault.error }] : []))
  return {
    drop: faults.some(({ kind }) => kind === 'drop'),
    swallow: faults.some(({ kind }) => kind === 'swallow'),
    loseAnswer: faults.some(({ kind }) => kind === 'loseAnswer'),
    delayMs: longest(faults, 'delay'),
    throttleMs: longest(faults, 'throttle'),
    error: failing[0]?.error,
    errorFor: (topic, partition) => failing.find(({ filter }) => takesPartition(filter, { topic, partition }))?.error,
    alterRequest: inTurn(faults, 'alterRequest'),
    alterAnswer: inTurn(faults, 'alterAnswer'),
  }
}

function longest(faults: readonly Fault[], kind: 'delay' | 'throttle'): number {
  let ms = 0
  for (const fault of faults) if (fault.kind === kind) ms = Math.max(ms, fault.ms)
  return ms
}

function inTurn(faults: readonly Fault[], kind: 'alterRequest' | 'alterAnswer'): Alteration {
  return (body) => faults.reduce((altered, fault) => (fault.kind === kind ? fault.change(altered) : altered), body)
}
