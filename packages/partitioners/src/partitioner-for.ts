import type { Partitioner } from '@partita/protocol'
import { implementationOf, rowOf } from './catalog/catalog.ts'
import type { DeterministicName, PartitionerName } from './catalog/names.ts'
import { fromRow, type NamedPartitionerOptions } from './from-row.ts'
import { partitionerName } from './partitioner-name.ts'

/**
 * A partitioner whose type says whether every record with a key has one partition. It is `false` too where only *some*
 * keys have none: librdkafka's default leaves the empty key to chance.
 */
export interface NamedPartitioner<Name extends PartitionerName> extends Partitioner {
  readonly deterministic: Name extends DeterministicName ? true : false
}

/**
 * The partitioner of a client: by the name of an implementation (`sarama-hash`), or of a client, with its version where
 * that matters (`kafkajs@1`). `listPartitioners()` tells all of them, and where the facts come from.
 * @throws PartitaError `INVALID_OPTION` for an unknown name, with the names that are near, or for a bad option
 */
export function partitionerFor<Name extends PartitionerName>(
  name: Name,
  options: NamedPartitionerOptions = {},
): NamedPartitioner<Name> {
  const row = rowOf(implementationOf(partitionerName(name)))
  // The tables' types hold names and rows together: what is made of the row is what the name's type promises.
  return fromRow(name, row, options) as NamedPartitioner<Name>
}
