const encoder = new TextEncoder()
// As Java does: bytes that are not UTF-8 become U+FFFD, and a byte order mark is a character like any other.
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

/** What Node's `Buffer` can do quicker than a loop; a browser has none, and gets on without. */
interface HostStrings {
  byteLength(text: string): number
  readonly prototype: { readonly latin1Write?: (this: Uint8Array, text: string, at: number, length: number) => number }
}

const host = (globalThis as { readonly Buffer?: HostStrings }).Buffer
const hostWrite = host?.prototype.latin1Write

/** Up to this a loop in JavaScript is quicker than a call into the host (measured on Node 20). */
const shortText = 24

/** How many bytes a string takes as UTF-8. A lone surrogate is written as U+FFFD: three bytes. */
export function utf8Length(text: string): number {
  return host === undefined || text.length <= shortText ? countUtf8(text) : host.byteLength(text)
}

/** {@link utf8Length} without the host's help. */
export function countUtf8(text: string): number {
  const { length } = text
  let bytes = length
  for (let i = 0; i < length; i++) {
    const unit = text.charCodeAt(i)
    if (unit < 0x80) continue
    bytes += unit < 0x800 ? 1 : 2
    // The second half of a pair is counted with the first: four bytes for both.
    if (isPair(text, i, unit)) i++
  }
  return bytes
}

/** Writes a string of which `utf8Length` is known; there must be room for it. */
export function writeUtf8(bytes: Uint8Array, at: number, text: string, byteLength: number): void {
  const isAscii = byteLength === text.length
  if (isAscii && byteLength <= shortText) {
    for (let i = 0; i < byteLength; i++) bytes[at + i] = text.charCodeAt(i)
  } else if (isAscii && hostWrite !== undefined) {
    hostWrite.call(bytes, text, at, byteLength)
  } else {
    encoder.encodeInto(text, bytes.subarray(at, at + byteLength))
  }
}

export function readUtf8(bytes: Uint8Array, start: number, end: number): string {
  if (end - start > 2 * shortText) return decoder.decode(bytes.subarray(start, end))
  let text = ''
  for (let i = start; i < end; i++) {
    const byte = bytes[i]!
    if (byte >= 0x80) return decoder.decode(bytes.subarray(start, end))
    text += String.fromCharCode(byte)
  }
  return text
}

function isPair(text: string, at: number, unit: number): boolean {
  if (unit < 0xd800 || unit > 0xdbff) return false
  const next = text.charCodeAt(at + 1)
  return next >= 0xdc00 && next <= 0xdfff
}
