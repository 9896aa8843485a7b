import type { CompressionType } from '@partita/protocol'
import { isPartitaError, PartitaError } from '@partita/protocol'
import type { CompressionCodec } from './codec.ts'

type Compression = Exclude<CompressionType, 'none'>

// Each module needs what only Node has, or an optional package: loaded at first use, so that all else runs anywhere.
const loaders: Readonly<Record<Compression, () => Promise<CompressionCodec>>> = {
  gzip: async () => (await import('./gzip.ts')).gzipCodec,
  snappy: async () => (await import('./snappy.ts')).loadSnappyCodec(),
  lz4: async () => (await import('./lz4.ts')).loadLz4Codec(),
  zstd: async () => (await import('./zstd.ts')).loadZstdCodec(),
}

const loaded = new Map<Compression, Promise<CompressionCodec>>()

/**
 * The codec of one compression, loaded when it is first asked for.
 * @throws PartitaError `MISSING_PACKAGE` naming the package to install, or saying that the host is not Node
 */
export function loadCodec(type: Compression): Promise<CompressionCodec> {
  let codec = loaded.get(type)
  if (codec === undefined) {
    codec = loaders[type]().catch((cause: unknown) => {
      throw isPartitaError(cause) ? cause : notHere(type, cause)
    })
    loaded.set(type, codec)
    // A package that is missing may be there at the next try; and who asked hears of it, not the process.
    codec.catch(() => loaded.delete(type))
  }
  return codec
}

function notHere(type: Compression, cause: unknown): PartitaError {
  const message = `Compression with ${type} is not to be had here: it needs modules that only Node has. Send without compression.`
  return new PartitaError('MISSING_PACKAGE', message, { cause })
}
