/** Answers to heartbeats and commits after which there is no way back, by whichever protocol. */
export const fatalRefusals: ReadonlySet<string> = new Set([
  'FENCED_INSTANCE_ID',
  'GROUP_AUTHORIZATION_FAILED',
  'AUTHENTICATION_FAILED',
])
