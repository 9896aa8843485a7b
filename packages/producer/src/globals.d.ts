/** The few host names that this package mentions or calls; see the file of the same name in `@partita/protocol`. */
interface AbortSignal {
  readonly aborted: boolean
  readonly reason: unknown
  addEventListener(type: 'abort', listener: () => void, options?: { once?: boolean }): void
  removeEventListener(type: 'abort', listener: () => void): void
  throwIfAborted(): void
}

declare function queueMicrotask(callback: () => void): void

declare class AbortController {
  readonly signal: AbortSignal
  abort(reason?: unknown): void
}
