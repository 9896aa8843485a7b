/**
 * The few host names that this package calls, in every JavaScript host alike; it compiles with no host types at all.
 * `setImmediate`: see `settle` in virtual-clock.ts. The others: the compliance cases.
 */
declare function setImmediate(callback: () => void): unknown

declare class TextEncoder {
  encode(text: string): Uint8Array<ArrayBuffer>
}

declare class TextDecoder {
  decode(bytes: Uint8Array): string
}

interface AbortSignal {
  readonly aborted: boolean
  readonly reason: unknown
  addEventListener(type: 'abort', listener: () => void, options?: { once?: boolean }): void
  removeEventListener(type: 'abort', listener: () => void): void
  throwIfAborted(): void
}

declare class AbortController {
  readonly signal: AbortSignal
  abort(reason?: unknown): void
}
