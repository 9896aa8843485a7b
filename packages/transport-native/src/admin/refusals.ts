import { PartitaError, reasonOf } from '@partita/protocol'

/** Throws the first of some errors; it tells of the others too. */
export function throwRefusals(refusals: readonly PartitaError[]): void {
  const [first, ...others] = refusals
  if (first === undefined) return
  if (others.length === 0) throw first
  // The first one last: the place that the message ends with is its own.
  const lines = [...others.map(({ message }) => message), reasonOf(first)].map((line) => `\n- ${line}`)
  throw new PartitaError(first.code, `${refusals.length} were refused:${lines.join('')}`, {
    ...first.place,
    retriable: first.retriable,
    cause: new AggregateError(refusals, 'each was refused'),
  })
}
