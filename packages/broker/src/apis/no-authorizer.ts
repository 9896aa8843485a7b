import { type ErrorAnswer, errorAnswer } from '../core/error-answer.ts'

/** What a Kafka without `authorizer.class.name` answers to whoever asks for access rules, or wants to change them. */
export const noAuthorizer: ErrorAnswer = errorAnswer('SECURITY_DISABLED', 'No Authorizer is configured.')
