import type { MemoryBroker } from '@partita/broker'
import { isPartitaError } from '@partita/protocol'
import { createFrameSplitter, decodeRequest } from '@partita/wire'

/** A connection that was sent something, and what it still has to get for that. */
export interface FuzzedConnection {
  /** An answer to each whole frame, or the end of the connection. */
  readonly isSettled: boolean
  readonly answers: number
  readonly isClosed: boolean
  close(): void
}

export function sendDamaged(broker: MemoryBroker, bytes: Uint8Array): FuzzedConnection {
  const owed = answersOwed(bytes)
  let answers = 0
  let isClosed = false
  const connection = broker.connect()
  const splitter = createFrameSplitter({ onFrame: () => (answers += 1) })
  connection.onData = (chunk) => splitter.push(chunk)
  connection.onClose = () => (isClosed = true)
  connection.send(bytes)
  return {
    get isSettled() {
      return isClosed || answers >= owed
    },
    get answers() {
      return answers
    },
    get isClosed() {
      return isClosed
    },
    close: () => connection.close(),
  }
}

/** What cannot be read is owed an end of the connection, which counts like an answer. */
function answersOwed(bytes: Uint8Array): number {
  let owed = 0
  const splitter = createFrameSplitter({
    onFrame(frame) {
      if (wantsAnswer(frame)) owed += 1
    },
  })
  try {
    splitter.push(bytes)
  } catch (error) {
    if (!isPartitaError(error)) throw error
    owed += 1
  }
  return owed
}

/** Only a Produce without acks wants none. */
function wantsAnswer(frame: Uint8Array): boolean {
  try {
    const request = decodeRequest(frame)
    return request.name !== 'Produce' || request.body.acks !== 0
  } catch (error) {
    if (!isPartitaError(error)) throw error
    return true
  }
}
