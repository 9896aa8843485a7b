import type { Figure } from './figure.ts'
import { recordGoesIn } from './f1-record.ts'
import { manyProducers } from './f2-many-producers.ts'
import { keyDecides } from './f3-key-hash.ts'
import { throughTheTopic } from './f4-through-the-topic.ts'
import { twoOrders } from './f5-two-orders.ts'
import { insideAndAcross } from './f6-inside-and-across.ts'
import { explicitPartition } from './f7-explicit-partition.ts'

/** F1 to F7, in order. */
export const figures: readonly Figure[] = [
  recordGoesIn,
  manyProducers,
  keyDecides,
  throughTheTopic,
  twoOrders,
  insideAndAcross,
  explicitPartition,
]
