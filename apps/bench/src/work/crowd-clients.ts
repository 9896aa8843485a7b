import { once } from 'node:events'
import { connect } from 'node:net'
import { createConsumer } from '@partita/consumer'
import { nativeTransport } from '@partita/transport-native'
import type { Crowd } from '../crowd.ts'

// A member for each group, each with its own topic, and then as many bare connections as the parent asks for.
const { brokers, groups } = JSON.parse(process.argv[2]!) as Crowd
const transport = nativeTransport({ brokers: [...brokers] })
const assigned = Array.from({ length: groups }, (_, index) => {
  const name = `topic-${index}`
  return new Promise<void>((resolve) => {
    const consumer = createConsumer({
      transport,
      groupId: name,
      topics: [name],
      handler: () => {},
      hooks: { partitionsAssigned: () => resolve() },
    })
    void consumer.run()
  })
})
await Promise.all(assigned)
process.send!('joined')
const [more] = (await once(process, 'message')) as [number]
const [host, port] = brokers[0]!.split(':')
await Promise.all(Array.from({ length: more }, () => once(connect(Number(port), host), 'connect')))
process.send!('connected')
