/** What a request asks for by name, each name once, and whether it was there more than once: Kafka refuses those, once. */
export function namedOnce<T extends { readonly name: string | null }>(
  asked: readonly T[],
): { readonly first: T; readonly isRepeated: boolean }[] {
  const byName = new Map<string | null, { first: T; isRepeated: boolean }>()
  for (const one of asked) {
    const known = byName.get(one.name)
    if (known === undefined) byName.set(one.name, { first: one, isRepeated: false })
    else known.isRepeated = true
  }
  return [...byName.values()]
}
