const encoder = new TextEncoder()

/** Up to here a loop is quicker than a call into the host, beyond it far slower (measured, Node 20). */
const maxLoopedUnits = 24

/**
 * Writes text as UTF-8. Half a surrogate pair becomes U+FFFD (EF BF BD), as whoever writes the record makes it, too.
 * @param into has room for three bytes a UTF-16 unit
 * @returns how many bytes were written
 */
export function encodeUtf8(text: string, into: Uint8Array): number {
  const units = text.length
  if (units > maxLoopedUnits) return encoder.encodeInto(text, into).written
  let at = 0
  for (; at < units; at++) {
    const unit = text.charCodeAt(at)
    if (unit > 0x7f) return encodeRest(text, at, into)
    into[at] = unit
  }
  return at
}

function encodeRest(text: string, from: number, into: Uint8Array): number {
  let at = from
  for (let i = from; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit < 0x80) into[at++] = unit
    else if (unit < 0x800) {
      into[at++] = 0xc0 | (unit >> 6)
      into[at++] = 0x80 | (unit & 0x3f)
    } else {
      const point = wellFormedPoint(text, i, unit)
      if (point > 0xffff) {
        i++
        into[at++] = 0xf0 | (point >> 18)
        into[at++] = 0x80 | ((point >> 12) & 0x3f)
      } else into[at++] = 0xe0 | (point >> 12)
      into[at++] = 0x80 | ((point >> 6) & 0x3f)
      into[at++] = 0x80 | (point & 0x3f)
    }
  }
  return at
}

function wellFormedPoint(text: string, at: number, unit: number): number {
  if (unit < 0xd800 || unit > 0xdfff) return unit
  const point = text.codePointAt(at)!
  return point > 0xffff ? point : 0xfffd
}

// A byte order mark is part of a key like anything else.
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

/** Bytes as text, each piece that is not UTF-8 as U+FFFD: what clients see that hash a key's text, not its bytes. */
export function decodeUtf8(bytes: Uint8Array, length: number): string {
  return decoder.decode(bytes.subarray(0, length))
}
