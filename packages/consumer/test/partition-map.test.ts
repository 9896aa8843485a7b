import { expect, it } from 'vitest'
import { PartitionMap } from '../src/partition-map.ts'

it('finds what was put under a partition, counts it, and forgets it', () => {
  const map = new PartitionMap<string>()
  const [zero, one, other] = [
    { topic: 'orders', partition: 0 },
    { topic: 'orders', partition: 1 },
    { topic: 'refunds', partition: 1 },
  ]
  map.set(zero, 'a')
  map.set(one, 'b')
  map.set(other, 'c')
  map.set(one, 'd')
  expect([map.get({ ...one }), map.get({ topic: 'orders', partition: 2 }), map.size]).toEqual(['d', undefined, 3])
  map.delete(one)
  map.delete(one)
  map.delete({ topic: 'unknown', partition: 0 })
  expect([map.get(one), map.size, [...map.values()]]).toEqual([undefined, 2, ['a', 'c']])
})
