import type { Scenario } from '../world.ts'
import { membership, offsets, rebalance } from './groups.ts'
import { protocol } from './protocol.ts'
import { fetched, produced, sequences } from './records.ts'
import { configs, creation, deletedRecords, description, growthAndEnd } from './topics.ts'
import { fencing, transactedOffsets, transactions } from './transactions.ts'

/** All there is to compare, by what it is about. */
export const scenarios: Readonly<Record<string, Scenario>> = {
  'creating topics': creation,
  'describing topics': description,
  'growing and deleting topics': growthAndEnd,
  settings: configs,
  'deleting records': deletedRecords,
  producing: produced,
  sequences: sequences,
  'fetching and offsets by time': fetched,
  membership: membership,
  rebalances: rebalance,
  'committed offsets': offsets,
  transactions: transactions,
  fencing: fencing,
  'offsets in transactions': transactedOffsets,
  'what is no request': protocol,
}
