import { isPartitaError, type PartitaError, type PartitaErrorCode } from '@partita/protocol'

/** Fails a compliance case unless `condition` holds. The cases bring their own assertions, to run under any runner. */
export function expectThat(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(message)
}

/** Fails unless both are the same, compared by their JSON form (bytes as arrays of numbers). */
export function expectSame(actual: unknown, expected: unknown, what: string): void {
  const [got, wanted] = [plain(actual), plain(expected)]
  if (got !== wanted) throw new Error(`${what}: expected ${wanted}, got ${got}`)
}

/** Fails unless the promise rejects with a `PartitaError` of one of the codes; gives the error. */
export async function expectRejection(promise: Promise<unknown>, ...codes: PartitaErrorCode[]): Promise<PartitaError> {
  let value: unknown
  try {
    value = await promise
  } catch (error) {
    if (isPartitaError(error) && codes.includes(error.code)) return error
    throw new Error(`expected a PartitaError ${codes.join(' or ')}, got ${String(error)}`, { cause: error })
  }
  throw new Error(`expected a rejection with ${codes.join(' or ')}, got ${plain(value)}`)
}

function plain(value: unknown): string {
  return JSON.stringify(value, bytesAsNumbers) ?? 'undefined'
}

/** Looks at the value itself: `part` is what its `toJSON` made of it, and Node's `Buffer` has one of its own. */
function bytesAsNumbers(this: Readonly<Record<string, unknown>>, name: string, part: unknown): unknown {
  const value = this[name]
  return value instanceof Uint8Array ? Array.from(value) : part
}
