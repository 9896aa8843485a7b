import { PartitaError, type SubscribeOptions } from '@partita/protocol'
import { kafkajsGuarantees } from './guarantees.ts'

/** What kafkajs's connections cannot carry is refused by name, and with what to do about it. */
export function refuseUnsupported(options: SubscribeOptions): void {
  const { groupId, groupInstanceId, groupProtocol, partitionAssignmentStrategy = [] } = options
  const refuse = (api: string, text: string): never => {
    throw new PartitaError('UNSUPPORTED', text, { api, groupId })
  }
  if (groupProtocol === 'consumer') {
    const { consumerGroupProtocol } = kafkajsGuarantees
    refuse('groupProtocol', `${consumerGroupProtocol} Use groupProtocol 'classic', or another transport.`)
  }
  if (groupInstanceId !== undefined) {
    const text = 'kafkajs cannot join a group as a static member: leave groupInstanceId out, or use another transport.'
    refuse('groupInstanceId', text)
  }
  if (partitionAssignmentStrategy.includes('cooperative-sticky')) {
    const text = `${kafkajsGuarantees.cooperativeRebalance} Use range or roundrobin, or another transport.`
    refuse('partitionAssignmentStrategy', text)
  }
}
