import { type Bytes, toBytes } from '@partita/protocol'

// eslint-disable-next-line no-control-regex -- ASCII is meant, control characters included
const ascii = /^[\u0000-\u007f]*$/

/**
 * A string that is the same for two keys exactly where their bytes are: a string key and its UTF-8 form are one key. One
 * character a byte; it is an identity and not a text.
 */
export function keyIdentity(key: Bytes): string {
  if (typeof key === 'string' && ascii.test(key)) return key
  const bytes = toBytes(key)
  let identity = ''
  // In slices, because a call takes only so many arguments.
  for (let i = 0; i < bytes.length; i += 4096) identity += String.fromCharCode(...bytes.subarray(i, i + 4096))
  return identity
}
