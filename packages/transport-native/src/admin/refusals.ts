import { PartitaError } from '@partita/protocol'

/** Throws the first of some errors; it tells of the others too. */
export function throwRefusals(refusals: readonly PartitaError[]): void {
  const [first, ...others] = refusals
  if (first === undefined) return
  if (others.length === 0) throw first
  const besides = others.map(({ message }) => `\n- ${message}`).join('')
  throw new PartitaError(first.code, `${first.message}\nBesides:${besides}`, {
    ...first.place,
    retriable: first.retriable,
    cause: new AggregateError(refusals, 'each was refused'),
  })
}
