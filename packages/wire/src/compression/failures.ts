import { isPartitaError, PartitaError } from '@partita/protocol'

/** For bytes that would become more than allowed: found before they do, wherever the format tells. */
export function tooLarge(type: string, maxBytes: number): PartitaError {
  return new PartitaError(
    'MALFORMED',
    `Data compressed with ${type} would take more than ${maxBytes} bytes decompressed, which is the limit set here.`,
  )
}

/** For bytes that are not of the format, or do not fit it. */
export function notDecompressed(type: string, cause: unknown): PartitaError {
  if (isPartitaError(cause)) return cause
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new PartitaError('MALFORMED', `Data compressed with ${type} cannot be decompressed: ${reason}.`, { cause })
}

/** What an optional package exports. Whatever keeps it from loading is said with its name. */
export async function optionalPackage<T>(name: string, type: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load()
  } catch (cause) {
    throw new PartitaError(
      'MISSING_PACKAGE',
      `Compression with ${type} needs the package ${name}, which cannot be loaded. Install it: npm install ${name}`,
      { cause },
    )
  }
}
