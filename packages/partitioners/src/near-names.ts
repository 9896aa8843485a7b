/** Up to five names that someone who wrote `text` may have meant, the likeliest first. */
export function nearNames(text: string, names: readonly string[]): readonly string[] {
  // Nobody's slip is this long, and the distance below takes time in the product of both lengths.
  const wanted = text.slice(0, 64).toLowerCase()
  return names
    .map((name) => ({ name, distance: distanceTo(wanted, name.toLowerCase()) }))
    .filter(({ distance }) => distance <= Math.max(2, wanted.length / 3))
    .sort((left, right) => left.distance - right.distance || left.name.length - right.name.length)
    .slice(0, 5)
    .map(({ name }) => name)
}

/** One that is part of the other is near, whatever else they differ in: `confluent` means `confluent-kafka-go`. */
function distanceTo(wanted: string, name: string): number {
  if (wanted.length >= 3 && (name.includes(wanted) || wanted.includes(name))) return 1
  return editDistance(wanted, name)
}

/** How many letters have to be put in, taken out or changed (Levenshtein). */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, i) => i)
  for (let i = 1; i <= from.length; i++) {
    const next = [i]
    for (let j = 1; j <= to.length; j++) {
      const changed = row[j - 1]! + (from[i - 1] === to[j - 1] ? 0 : 1)
      next.push(Math.min(changed, row[j]! + 1, next[j - 1]! + 1))
    }
    row = next
  }
  return row[to.length]!
}
