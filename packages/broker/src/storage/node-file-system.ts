import * as fs from 'node:fs'
import { join } from 'node:path'
import type { FileSystem, OpenFile } from './file-system.ts'

/** The files in a folder of this machine. */
export function nodeFileSystem(root: string): FileSystem {
  const at = (path: string): string => join(root, path)
  return {
    list: (folder) => (fs.existsSync(at(folder)) ? fs.readdirSync(at(folder)) : []),
    makeFolder: (folder) => void fs.mkdirSync(at(folder), { recursive: true }),
    open: (path) => openFile(at(path)),
    remove: (path) => fs.rmSync(at(path), { recursive: true, force: true }),
    rename: (from, to) => fs.renameSync(at(from), at(to)),
    syncFolder(folder) {
      // Windows has no such thing.
      if (process.platform === 'win32') return
      const descriptor = fs.openSync(at(folder), 'r')
      try {
        fs.fsyncSync(descriptor)
      } finally {
        fs.closeSync(descriptor)
      }
    },
  }
}

function openFile(path: string): OpenFile {
  const descriptor = fs.openSync(path, fs.constants.O_RDWR | fs.constants.O_CREAT, 0o644)
  return {
    size: () => fs.fstatSync(descriptor).size,
    read(target, position) {
      let done = 0
      while (done < target.length) {
        const count = fs.readSync(descriptor, target, done, target.length - done, position + done)
        if (count === 0) break
        done += count
      }
      return done
    },
    write(bytes, position) {
      for (let done = 0; done < bytes.length;) {
        done += fs.writeSync(descriptor, bytes, done, bytes.length - done, position + done)
      }
    },
    truncate: (size) => fs.ftruncateSync(descriptor, size),
    sync: () =>
      new Promise((resolve, reject) => {
        fs.fdatasync(descriptor, (error) => (error === null ? resolve() : reject(error)))
      }),
    syncNow: () => fs.fdatasyncSync(descriptor),
    close: () => fs.closeSync(descriptor),
  }
}
