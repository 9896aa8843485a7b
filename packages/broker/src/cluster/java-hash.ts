/** Java's `String.hashCode`: by it Kafka spreads groups and transactional ids over partitions, and so over nodes. */
export function javaHash(text: string): number {
  let hash = 0
  for (let i = 0; i < text.length; i++) hash = (Math.imul(31, hash) + text.charCodeAt(i)) | 0
  return hash
}
