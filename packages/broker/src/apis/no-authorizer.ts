import { type ErrorAnswer, errorAnswer } from '../core/error-answer.ts'

/** What a Kafka without `authorizer.class.name` answers to whoever wants to change access rules. */
export const noAuthorizer: ErrorAnswer = errorAnswer('SECURITY_DISABLED', 'No Authorizer is configured.')
