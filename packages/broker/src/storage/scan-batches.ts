import { isPartitaError } from '@partita/protocol'
import { type BatchHeader, readBatchHeader, verifyCrc } from '@partita/wire'
import type { OpenFile } from './file-system.ts'

/** Bytes of a batch's header: its length is told in it, counted from behind itself. */
const headerBytes = 61
const lengthAt = 8
const lengthEnd = 12

/**
 * The sound batches from the beginning of a file, up to the first that is not: cut off, not a batch, out of order, or with
 * another CRC than its bytes have.
 * @param expectedOffset the least that the first batch may begin with
 * @param isTrusted read headers only; the file was closed in order, or checked before
 */
export function* scanBatches(
  file: OpenFile,
  expectedOffset: number,
  isTrusted: boolean,
): Generator<BatchHeader, void, undefined> {
  const size = file.size()
  let position = 0
  let nextOffset = expectedOffset
  while (size - position >= headerBytes) {
    const header = isTrusted ? readHeaderOnly(file, position, size) : readChecked(file, position, size)
    if (header === undefined || header.baseOffset < nextOffset) return
    yield { ...header, position }
    nextOffset = header.lastOffset + 1
    position += header.byteLength
  }
}

function readHeaderOnly(file: OpenFile, position: number, size: number): BatchHeader | undefined {
  const bytes = new Uint8Array(headerBytes)
  file.read(bytes, position)
  const byteLength = lengthIn(bytes)
  if (byteLength < headerBytes || byteLength > size - position) return undefined
  // What reads headers wants whole batches: as far as it is told, this one ends here.
  new DataView(bytes.buffer).setInt32(lengthAt, headerBytes - lengthEnd)
  const header = headerIn(bytes)
  return header && { ...header, byteLength }
}

function readChecked(file: OpenFile, position: number, size: number): BatchHeader | undefined {
  const start = new Uint8Array(headerBytes)
  file.read(start, position)
  const byteLength = lengthIn(start)
  if (byteLength < headerBytes || byteLength > size - position) return undefined
  const bytes = new Uint8Array(byteLength)
  file.read(bytes, position)
  const header = headerIn(bytes)
  return header !== undefined && verifyCrc(bytes, header) ? header : undefined
}

function lengthIn(bytes: Uint8Array): number {
  return lengthEnd + new DataView(bytes.buffer).getInt32(lengthAt)
}

function headerIn(bytes: Uint8Array): BatchHeader | undefined {
  try {
    return readBatchHeader(bytes)
  } catch (error) {
    if (!isPartitaError(error)) throw error
    return undefined
  }
}
