/**
 * The host names this package uses, the same in every JavaScript host. It compiles with no host types
 * (`"types": []`), so that nothing of Node or of a browser slips in.
 */
declare class TextEncoder {
  encodeInto(text: string, into: Uint8Array): { readonly read: number; readonly written: number }
}

declare class TextDecoder {
  constructor(label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean })
  decode(bytes: Uint8Array): string
}
