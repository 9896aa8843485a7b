import { PartitaError } from '@partita/protocol'
import { crc32c } from '@partita/wire'
import { type FileSystem, type OpenFile, readAll, writeWhole } from './file-system.ts'
import type { Flushable } from './flusher.ts'

const path = 'state.journal'
const newPath = 'state.journal.new'
/** Before each entry: its length and its CRC-32C, 32 bits each. */
const frameHeadBytes = 8
/** The journal is written anew when it has grown to so many times what is in it, and no sooner. */
const growth = 4
const leastGrowthBytes = 1024 * 1024

/** The first entry: whoever changes what is kept, and how, changes the number. */
const formatKey = ['format']
const format = 1

export type JournalKey = readonly (string | number)[]

/**
 * Keys and values in one file, to which each change is appended: `[key]` or `[key, value]` in JSON, framed with length and
 * CRC-32C. What a broken end of it says is not there. Now and then it is written anew, without what is over.
 */
export class StateJournal implements Flushable {
  readonly #files: FileSystem
  readonly #warn: (message: string) => void
  /** By the key's JSON; the value's JSON. */
  readonly #entries: Map<string, string> = new Map()
  #file: OpenFile
  #size: number
  #sizeWhenNew: number
  #failure: string | undefined
  /** The last flush, which needs the file that was there when it began. */
  #flushing: Promise<void> = Promise.resolve()

  constructor(files: FileSystem, warn: (message: string) => void) {
    this.#files = files
    this.#warn = warn
    this.#file = files.open(path)
    const bytes = readAll(this.#file)
    this.#size = this.#readEntries(bytes)
    this.#sizeWhenNew = this.#size
    if (this.#size < bytes.length) {
      warn(`${bytes.length - this.#size} bytes at the end of ${path} are no whole entries, and are cut off.`)
    }
    this.#checkFormat()
    this.#writeAnew()
  }

  static isIn(names: readonly string[]): boolean {
    return names.includes(path)
  }

  /** Why not all is kept that should be. */
  get failure(): string | undefined {
    return this.#failure
  }

  *all(): Generator<readonly [key: JournalKey, value: unknown], void, undefined> {
    for (const [key, value] of this.#entries) yield [JSON.parse(key) as JournalKey, JSON.parse(value)]
  }

  /** Says whether anything was written: what is there already is not. Never throws. */
  set(key: JournalKey, value: unknown): boolean {
    const keyText = JSON.stringify(key)
    const valueText = value === undefined ? undefined : JSON.stringify(value)
    if (this.#entries.get(keyText) === valueText && this.#failure === undefined) return false
    if (valueText === undefined) this.#entries.delete(keyText)
    else this.#entries.set(keyText, valueText)
    const isLong = this.#size > leastGrowthBytes + growth * this.#sizeWhenNew
    if (isLong || this.#failure !== undefined) this.#writeAnew()
    else this.#append(frameOf(keyText, valueText))
    return true
  }

  flush(): Promise<void> {
    const flushing = this.#file.sync()
    this.#flushing = flushing.catch(() => undefined)
    return flushing
  }

  flushNow(): void {
    this.#file.syncNow()
  }

  flushFailed(error: Error): void {
    this.#fail(error)
  }

  close(): void {
    this.#file.close()
  }

  #append(frame: Uint8Array): void {
    try {
      this.#file.write(frame, this.#size)
      this.#size += frame.length
    } catch (error) {
      this.#fail(error as Error)
    }
  }

  /** A file beside the old one, which it then replaces: at no moment is there none. */
  #writeAnew(): void {
    try {
      const frames = Array.from(this.#entries, ([key, value]) => frameOf(key, value))
      const bytes = joined(frames)
      writeWhole(this.#files, newPath, bytes)
      const file = this.#files.open(newPath)
      try {
        file.syncNow()
        this.#files.rename(newPath, path)
        this.#files.syncFolder('')
      } catch (error) {
        file.close()
        throw error
      }
      const old = this.#file
      void this.#flushing.then(() => old.close())
      this.#file = file
      this.#size = this.#sizeWhenNew = bytes.length
      this.#failure = undefined
    } catch (error) {
      this.#fail(error as Error)
    }
  }

  #fail(error: Error): void {
    const isNew = this.#failure === undefined
    this.#failure = `${path} in the data folder cannot be written: ${error.message}.`
    if (isNew) this.#warn(this.#failure)
  }

  /** Gives how many bytes were whole entries. */
  #readEntries(bytes: Uint8Array): number {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    let position = 0
    while (bytes.length - position >= frameHeadBytes) {
      const start = position + frameHeadBytes
      const end = start + view.getUint32(position)
      if (end > bytes.length || crc32c(bytes, start, end) !== view.getUint32(position + 4)) break
      const [key, value] = JSON.parse(new TextDecoder().decode(bytes.subarray(start, end))) as [JournalKey, unknown]
      if (value === undefined) this.#entries.delete(JSON.stringify(key))
      else this.#entries.set(JSON.stringify(key), JSON.stringify(value))
      position = end
    }
    return position
  }

  #checkFormat(): void {
    const key = JSON.stringify(formatKey)
    const found = this.#entries.get(key) ?? String(format)
    if (found !== String(format)) {
      const message = `The data folder is of format ${found}; this version of the broker reads format ${format}.`
      throw new PartitaError('UNSUPPORTED', message)
    }
    this.#entries.set(key, found)
  }
}

function frameOf(key: string, value: string | undefined): Uint8Array {
  const text = new TextEncoder().encode(value === undefined ? `[${key}]` : `[${key},${value}]`)
  const frame = new Uint8Array(frameHeadBytes + text.length)
  const view = new DataView(frame.buffer)
  view.setUint32(0, text.length)
  view.setUint32(4, crc32c(text, 0, text.length))
  frame.set(text, frameHeadBytes)
  return frame
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let position = 0
  for (const part of parts) {
    bytes.set(part, position)
    position += part.length
  }
  return bytes
}
