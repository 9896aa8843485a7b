import type { Invoices } from './read-invoices.ts'

/** What is wrong with the invoices; all empty: every order has exactly one, and each customer's are in order. */
export interface Verdict {
  /** `customer/order` */
  readonly missing: readonly string[]
  readonly twice: readonly string[]
  readonly outOfOrder: readonly string[]
}

/** @param orders how many orders each customer has, numbered from 0 */
export function judge(invoices: Invoices, customers: readonly string[], orders: number): Verdict {
  const verdict = { missing: [] as string[], twice: [] as string[], outOfOrder: [] as string[] }
  for (const customer of customers) {
    const numbers = invoices.get(customer) ?? []
    const seen = new Set<number>()
    let last = -1
    for (const number of numbers) {
      if (seen.has(number)) verdict.twice.push(`${customer}/${number}`)
      else if (number < last) verdict.outOfOrder.push(`${customer}/${number}`)
      seen.add(number)
      last = Math.max(last, number)
    }
    for (let number = 0; number < orders; number++) {
      if (!seen.has(number)) verdict.missing.push(`${customer}/${number}`)
    }
  }
  return verdict
}
