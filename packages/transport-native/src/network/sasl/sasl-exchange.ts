/** One authentication by one mechanism: what we say, in answer to what the broker says. */
export interface SaslExchange {
  first(): Promise<Uint8Array>
  /**
   * Our next message; `undefined`: we are satisfied, and say nothing more. Throws where the broker's message is not what
   * the mechanism wants; the message of that error is shown to people.
   */
  next(challenge: Uint8Array): Promise<Uint8Array | undefined>
  /** What no error may show: the password, or the token where there is one by now. */
  readonly secret: string | undefined
}

const encoder = new TextEncoder()

export function utf8(text: string): Uint8Array {
  return encoder.encode(text)
}
