import type { Api } from '../schema/index.ts'
import { PartitaError } from '@partita/protocol'
import { supportsVersion } from '../schema/index.ts'

/** @throws PartitaError `UNSUPPORTED_VERSION` where the API has no such version here */
export function checkVersion(api: Api, version: number): void {
  if (supportsVersion(api, version)) return
  const [min, max] = api.versions
  throw new PartitaError(
    'UNSUPPORTED_VERSION',
    `${api.name} has no version ${version} here; versions ${min} to ${max} are known.`,
    { api: api.name },
  )
}
