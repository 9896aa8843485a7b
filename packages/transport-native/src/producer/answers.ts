import { type Acks, type KafkaErrorName, kafkaErrorName, type PartitaError } from '@partita/protocol'
import type { BatchNumbers } from './batch-numbers.ts'
import type { Leaders, NodeEndpoint } from './leaders.ts'
import type { PartitionAnswer } from './produce-request.ts'
import { isMetadataError, refusal } from './refusals.ts'
import type { Shipment } from './shipment.ts'

export interface AnswersPorts {
  readonly acks: Acks
  readonly leaders: Leaders
  /** `undefined`: not idempotent. */
  readonly sequences: BatchNumbers | undefined
  /** The producer can write nothing more. */
  fenced(error: PartitaError): void
}

/** Draws the conclusions from a broker's word on one batch. */
export class Answers {
  readonly #ports: AnswersPorts

  constructor(ports: AnswersPorts) {
    this.#ports = ports
  }

  take(shipment: Shipment, node: number, answer: PartitionAnswer, endpoints: readonly NodeEndpoint[]): void {
    const code = kafkaErrorName(answer.errorCode)
    // The broker knows the batch again but not where it stands: it is stored, and that is what counts.
    if (code === 'NONE' || code === 'DUPLICATE_SEQUENCE_NUMBER') this.#stored(shipment, answer)
    else this.#refused(shipment, node, code, answer, endpoints)
  }

  #stored(shipment: Shipment, { baseOffset, logAppendTimeMs }: PartitionAnswer): void {
    this.#ports.sequences?.stored(shipment.batch)
    shipment.succeed({ baseOffset, logAppendTime: logAppendTimeMs })
  }

  #refused(
    shipment: Shipment,
    node: number,
    code: KafkaErrorName,
    answer: PartitionAnswer,
    endpoints: readonly NodeEndpoint[],
  ): void {
    const { leaders, acks } = this.#ports
    const { batch } = shipment
    const retryAtOnce = isMetadataError(code) && leaders.moved(batch, node, answer.currentLeader, endpoints)
    const retriable = this.#startOver(shipment, code)
    const error = refusal(code, answer, batch, { node, acks, retryAtOnce, ...(retriable && { retriable }) })
    if (code === 'PRODUCER_FENCED') this.#ports.fenced(error)
    shipment.fail(error)
  }

  /** What the answer means for the numbering. `true`: the same batch can be written again under a new number. */
  #startOver({ batch }: Shipment, code: KafkaErrorName): boolean {
    const { sequences } = this.#ports
    if (sequences === undefined) return false
    if (code === 'OUT_OF_ORDER_SEQUENCE_NUMBER' || code === 'UNKNOWN_PRODUCER_ID') {
      return sequences.restart(batch)
    }
    if (code === 'INVALID_PRODUCER_EPOCH') sequences.renew(batch)
    return false
  }
}
