import type { Assignor } from './assignor.ts'
import { assignRanges } from './range.ts'
import { assignUniformly } from './uniform.ts'

/** By the names that members ask for them. (Java: `group.consumer.assignors`.) */
export const assignors: ReadonlyMap<string, Assignor> = new Map([
  ['uniform', assignUniformly],
  ['range', assignRanges],
])

/** Where no member asks for one. */
export const defaultAssignor = 'uniform'

/** The one that most members ask for; the earlier in the table where it is a draw. */
export function preferredAssignor(wishes: Iterable<string | null>): string {
  const votes = new Map<string, number>()
  for (const wish of wishes) if (wish !== null) votes.set(wish, (votes.get(wish) ?? 0) + 1)
  let preferred = defaultAssignor
  for (const name of assignors.keys()) {
    if ((votes.get(name) ?? 0) > (votes.get(preferred) ?? 0)) preferred = name
  }
  return preferred
}
