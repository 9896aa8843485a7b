/** What comes in. */
export interface Order {
  /** Counts up from 0 for each customer. */
  readonly number: number
  readonly items: readonly { readonly name: string; readonly cents: number }[]
}

/** What goes out: one for each order. */
export interface Invoice {
  readonly order: number
  readonly cents: number
}

/** The processing. It may be done twice, with a worker killed in between; it counts once. */
export function invoiceFor({ number, items }: Order): Invoice {
  return { order: number, cents: items.reduce((sum, { cents }) => sum + cents, 0) }
}
