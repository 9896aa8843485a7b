import { isPartitaError, type KafkaErrorName, kafkaErrorCodes } from '@partita/protocol'

/** The fields by which most answers tell of an error. */
export interface ErrorAnswer {
  readonly errorCode: number
  readonly errorMessage: string | null
}

export const noError: ErrorAnswer = { errorCode: kafkaErrorCodes.NONE, errorMessage: null }

export function errorAnswer(error: KafkaErrorName, message: string): ErrorAnswer {
  return { errorCode: kafkaErrorCodes[error], errorMessage: message }
}

/** Runs a step; an error that has a Kafka code becomes an answer, any other is a defect and goes on. */
export function answering(step: () => void): ErrorAnswer {
  try {
    step()
    return noError
  } catch (error) {
    if (!isPartitaError(error) || !(error.code in kafkaErrorCodes)) throw error
    return errorAnswer(error.code as KafkaErrorName, error.message)
  }
}
