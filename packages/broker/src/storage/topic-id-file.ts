import { type FileSystem, readAll, writeWhole } from './file-system.ts'

/** Kafka's file that says which topic a partition's folder belongs to: a name may be given again, an id is not. */
const path = (folder: string): string => `${folder}/partition.metadata`

export function writeTopicId(files: FileSystem, folder: string, topicId: string): void {
  writeWhole(files, path(folder), new TextEncoder().encode(`version: 0\ntopic_id: ${kafkaUuid(topicId)}\n`))
}

/** Whether the folder says that it belongs to another topic. One that does not say, or not in full, as after a
 * crash, is given the benefit of the doubt. */
export function belongsToAnother(files: FileSystem, folder: string, topicId: string): boolean {
  if (!files.list(folder).includes('partition.metadata')) return false
  const file = files.open(path(folder))
  try {
    const [, found] = /topic_id: ([\w-]{22})\n/.exec(new TextDecoder().decode(readAll(file))) ?? []
    return found !== undefined && found !== kafkaUuid(topicId)
  } finally {
    file.close()
  }
}

/** An id as Kafka writes it in its files: 22 characters of URL-safe base 64. */
function kafkaUuid(hex: string): string {
  const bytes = hex.match(/../g)?.map((pair) => Number.parseInt(pair, 16)) ?? []
  const text = btoa(String.fromCharCode(...bytes))
  return text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}
