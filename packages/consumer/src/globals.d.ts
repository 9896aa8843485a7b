/**
 * The few host names this package mentions or calls, in every JavaScript host alike. The package compiles with no host
 * types at all (`"types": []`), so that nothing of Node or of a browser can slip in; these are declared by hand, and only
 * for its own compilation: whoever installs the package sees their host's own types.
 */
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

declare class TextDecoder {
  constructor(label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean })
  decode(bytes: Uint8Array): string
}

/** Base64 of a string whose characters all are below 256, and back. `atob` throws where its text is not base64. */
declare function btoa(binary: string): string
declare function atob(base64: string): string
