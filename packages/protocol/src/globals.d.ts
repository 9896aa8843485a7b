/**
 * The few host names this package mentions in its types or calls, in every JavaScript host alike. The package compiles
 * with no host types at all (`"types": []`), so that nothing of Node or of a browser can slip in; these are declared by
 * hand, and only for its own compilation: whoever installs the package sees their host's own types.
 */
interface AbortSignal {
  readonly aborted: boolean
  readonly reason: unknown
  addEventListener(type: 'abort', listener: () => void, options?: { once?: boolean }): void
  removeEventListener(type: 'abort', listener: () => void): void
  throwIfAborted(): void
}

declare class TextEncoder {
  encode(text: string): Uint8Array<ArrayBuffer>
}

declare class TextDecoder {
  constructor(label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean })
  decode(bytes: Uint8Array): string
}
