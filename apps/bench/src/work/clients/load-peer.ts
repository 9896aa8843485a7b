import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

/** A peer's module, from the folder where it was installed. Its types are those the caller says: it is no dependency. */
export async function loadPeer<T>(name: string, folder: string | undefined): Promise<T> {
  if (folder === undefined) throw new Error(`${name} was not installed`)
  const resolve = createRequire(join(folder, 'package.json')).resolve
  return (await import(pathToFileURL(resolve(name)).href)) as T
}
