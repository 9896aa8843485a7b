/**
 * What the storage needs of a file system: a folder of its own, in which paths are relative and folders lie one deep. All
 * of it may throw what the system answers (`ENOSPC`, `EIO`).
 */
export interface FileSystem {
  /** The names in a folder, the data folder's own where it is `''`; none where it does not exist. */
  list(folder: string): string[]
  makeFolder(folder: string): void
  /** Opens a file to be read and written; makes it where it does not exist. */
  open(path: string): OpenFile
  /** Removes a file, or a folder with all that is in it, if it is there. */
  remove(path: string): void
  rename(from: string, to: string): void
  /** Makes it last which files are in a folder. */
  syncFolder(folder: string): void
}

export interface OpenFile {
  size(): number
  /** Reads up to as many bytes as `target` has, and says how many there were. */
  read(target: Uint8Array, position: number): number
  /** Writes all of it, or throws: then a part of it may be there. */
  write(bytes: Uint8Array, position: number): void
  truncate(size: number): void
  /** Settles when what was written until now will outlive the machine. */
  sync(): Promise<void>
  syncNow(): void
  close(): void
}

/** All bytes of a file. */
export function readAll(file: OpenFile): Uint8Array {
  const bytes = new Uint8Array(file.size())
  return bytes.subarray(0, file.read(bytes, 0))
}

/** Writes a file of its own, in place of what was there. */
export function writeWhole(files: FileSystem, path: string, bytes: Uint8Array): void {
  const file = files.open(path)
  try {
    file.truncate(0)
    file.write(bytes, 0)
  } finally {
    file.close()
  }
}
