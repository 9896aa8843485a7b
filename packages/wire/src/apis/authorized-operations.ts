/** "Not asked for", where a bit set of authorized operations would stand. */
export const unknownOperations = -0x80000000
