import type { Codec, Type } from '../schema/index.ts'
import { PartitaError } from '@partita/protocol'
import { ByteReader } from '../bytes/byte-reader.ts'
import { ByteWriter } from '../bytes/byte-writer.ts'
import { decoding, encoding } from '../bytes/checked.ts'

/** Bytes that begin with their own version, never flexible: what consumers send each other through the coordinator. */
export interface VersionedCodec<Out, In> {
  encode(version: number, value: In): Uint8Array
  decode(bytes: Uint8Array): Out & { readonly version: number }
}

/** Makes one from its schema. */
/* @__NO_SIDE_EFFECTS__ */
export function versionedCodec<Out extends object, In>(
  name: string,
  maxVersion: number,
  schema: Type<Out, In>,
): VersionedCodec<Out, In> {
  const codecs: Codec<Out, In>[] = []
  // Made at the first use: who consumes nothing needs none.
  const codecOf = (version: number): Codec<Out, In> => (codecs[version] ??= schema.codec({ version, flexible: false }))

  function encode(version: number, value: In): Uint8Array {
    if (!Number.isInteger(version) || version < 0 || version > maxVersion) {
      throw new PartitaError(
        'UNSUPPORTED_VERSION',
        `${name} has no version ${version} here; 0 to ${maxVersion} are known.`,
      )
    }
    const writer = new ByteWriter()
    writer.int16(version)
    encoding(`${name} v${version}`, undefined, () => codecOf(version).write(writer, value))
    return writer.written()
  }

  function decode(bytes: Uint8Array): Out & { readonly version: number } {
    return decoding(name, undefined, () => {
      const reader = new ByteReader(bytes)
      const version = reader.int16()
      if (version < 0) throw reader.fault(`${version} is not a version`)
      // A later version only adds fields at the end: what is known of it is read, and the rest left.
      const known = Math.min(version, maxVersion)
      const decoded = codecOf(known).read(reader)
      if (version === known) reader.expectEnd()
      return { ...decoded, version }
    })
  }

  return { encode, decode }
}
