import type { FileSystem, OpenFile } from '../src/storage/file-system.ts'

interface FakeFile {
  bytes: Uint8Array
  /** What a machine that stops now would still have. */
  synced: Uint8Array
}

/** A file system in memory, which can fail and crash. Names last at once; bytes when they are synced. */
export interface FakeFiles extends FileSystem {
  readonly files: Map<string, FakeFile>
  /** Throws this at every write to a path that matches. */
  failWrites(code: string, path: RegExp): void
  /** After so many more bytes, writes stop in the middle and throw. */
  fillUpAfter(bytes: number): void
  failSyncs(path: RegExp): void
  /** After so many more steps that change something, every one throws: as if the process had died there. */
  dieAfter(steps: number): void
  heal(): void
  /** Syncs settle when this is called. Default: at once. */
  holdSyncs(): () => void
  readonly syncs: number
  /** What is there after the process died: all that was written. */
  afterKill(): FakeFiles
  /** What is there after the machine stopped: of what was not synced, as many bytes as `keep` says of each file. */
  afterPowerLoss(keep: (unsynced: number) => number): FakeFiles
}

export function fakeFiles(initial: Iterable<readonly [string, FakeFile]> = []): FakeFiles {
  const files = new Map<string, FakeFile>()
  for (const [path, { bytes, synced }] of initial) files.set(path, { bytes: bytes.slice(), synced: synced.slice() })
  let failing: { code: string; path: RegExp } | undefined
  let failingSyncs: RegExp | undefined
  let room = Number.POSITIVE_INFINITY
  let stepsLeft = Number.POSITIVE_INFINITY
  let held: Promise<void> | undefined
  let syncs = 0

  function fail(code: string): never {
    throw Object.assign(new Error(`${code}: made to fail`), { code })
  }

  function step(): void {
    if (stepsLeft <= 0) fail('EDEAD')
    stepsLeft -= 1
  }

  function syncNow(path: string, file: FakeFile): void {
    step()
    syncs += 1
    if (failingSyncs?.test(path)) fail('EIO')
    file.synced = file.bytes.slice()
  }

  function open(path: string): OpenFile {
    if (!files.has(path)) step()
    const file = files.get(path) ?? { bytes: new Uint8Array(0), synced: new Uint8Array(0) }
    files.set(path, file)
    let isOpen = true
    const check = (): void => {
      if (!isOpen) fail('EBADF')
    }
    return {
      size: () => file.bytes.length,
      read(target, position) {
        check()
        const part = file.bytes.subarray(position, position + target.length)
        target.set(part)
        return part.length
      },
      write(bytes, position) {
        check()
        step()
        if (failing?.path.test(path)) fail(failing.code)
        const fits = Math.min(bytes.length, room)
        room -= fits
        const grown = new Uint8Array(Math.max(file.bytes.length, position + fits))
        grown.set(file.bytes)
        grown.set(bytes.subarray(0, fits), position)
        file.bytes = grown
        if (fits < bytes.length) fail('ENOSPC')
      },
      truncate(size) {
        check()
        step()
        const cut = new Uint8Array(size)
        cut.set(file.bytes.subarray(0, size))
        file.bytes = cut
      },
      async sync() {
        check()
        const now = file.bytes.slice()
        await held
        syncs += 1
        if (failingSyncs?.test(path)) fail('EIO')
        file.synced = now
      },
      syncNow() {
        check()
        syncNow(path, file)
      },
      close() {
        check()
        isOpen = false
      },
    }
  }

  return {
    files,
    list(folder) {
      const prefix = folder === '' ? '' : `${folder}/`
      const inside = [...files.keys()].filter((path) => path.startsWith(prefix))
      return [...new Set(inside.map((path) => path.slice(prefix.length).split('/')[0]!))]
    },
    makeFolder: () => undefined,
    open,
    remove(path) {
      step()
      for (const name of files.keys()) if (name === path || name.startsWith(`${path}/`)) files.delete(name)
    },
    rename(from, to) {
      step()
      for (const [name, file] of Array.from(files)) {
        if (name !== from && !name.startsWith(`${from}/`)) continue
        files.delete(name)
        files.set(to + name.slice(from.length), file)
      }
    },
    syncFolder: () => undefined,
    failWrites(code, path) {
      failing = { code, path }
    },
    fillUpAfter(bytes) {
      room = bytes
    },
    failSyncs(path) {
      failingSyncs = path
    },
    dieAfter(steps) {
      stepsLeft = steps
    },
    heal() {
      failing = failingSyncs = undefined
      room = stepsLeft = Number.POSITIVE_INFINITY
    },
    holdSyncs() {
      let release!: () => void
      held = new Promise((resolve) => (release = resolve))
      return () => {
        held = undefined
        release()
      }
    },
    get syncs() {
      return syncs
    },
    afterKill: () => fakeFiles(files),
    afterPowerLoss: (keep) =>
      fakeFiles(
        Array.from(files, ([path, { bytes, synced }]) => {
          const unsynced = Math.max(0, bytes.length - synced.length)
          const left = synced.length + keep(unsynced)
          const whole = new Uint8Array(Math.min(left, Math.max(bytes.length, synced.length)))
          whole.set(bytes.subarray(0, whole.length))
          whole.set(synced.subarray(0, whole.length))
          return [path, { bytes: whole, synced: whole }] as const
        }),
      ),
  }
}
