import type { KeptTopic } from '../core/storage.ts'
import type { FileSystem } from './file-system.ts'
import { belongsToAnother } from './topic-id-file.ts'

/** `orders-3`: a topic and a partition. */
const partitionFolder = /^(.+)-(\d+)$/

/**
 * Renames the folders of partitions that belong to no topic there is, so that no topic to come takes them for its own: a
 * broker that died while it deleted a topic leaves such. They are kept, as Kafka keeps them, for a person to look at.
 */
export function setStraysAside(
  files: FileSystem,
  topics: ReadonlyMap<string, KeptTopic>,
  warn: (message: string) => void,
): void {
  const names = files.list('')
  for (const folder of names) {
    const [, topic] = partitionFolder.exec(folder) ?? []
    if (topic === undefined) continue
    const id = topics.get(topic)?.id
    if (id !== undefined && !belongsToAnother(files, folder, id)) continue
    let number = 0
    while (names.includes(`${folder}.${number}-stray`)) number += 1
    const aside = `${folder}.${number}-stray`
    files.rename(folder, aside)
    warn(`The folder ${folder} belongs to no topic there is; it is now named ${aside}.`)
  }
}
