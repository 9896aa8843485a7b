import { type ConsumedOffsets, type ConsumedPosition, type OffsetCommit, partitionName } from '@partita/protocol'

/**
 * What a transaction commits for those that it takes along, one position a member. Where several have the same partition,
 * the last one speaks for all: each was told of the ones before it.
 */
export async function consumedPositions(
  all: Iterable<ConsumedOffsets>,
  transaction: object,
): Promise<readonly ConsumedPosition[]> {
  const members = new Map<
    string,
    { readonly position: ConsumedPosition; readonly offsets: Map<string, OffsetCommit> }
  >()
  for (const consumed of all) {
    const position = await consumed.offsets(transaction)
    const { groupId, generationId, memberId } = position.group
    // A member that went on to another generation meanwhile is another one: each commits in the name that it had.
    const name = JSON.stringify([groupId, generationId, memberId])
    let member = members.get(name)
    if (member === undefined) members.set(name, (member = { position, offsets: new Map() }))
    for (const offset of position.offsets) member.offsets.set(partitionName(offset), offset)
  }
  return Array.from(members.values(), ({ position: { group }, offsets }) => ({ group, offsets: [...offsets.values()] }))
}
