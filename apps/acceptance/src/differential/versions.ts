import { type Api, apiByKey, apiVersionsApi } from '@partita/wire'
import { rawClient } from './raw-client.ts'

/** By API key: the versions that both brokers serve and the schemas know. */
export type VersionRanges = ReadonlyMap<number, readonly [least: number, greatest: number]>

export async function commonVersions(addresses: readonly string[]): Promise<VersionRanges> {
  const told = await Promise.all(addresses.map(versionsOf))
  const common = new Map<number, readonly [number, number]>()
  for (const { apiKey } of told[0]!) {
    const ranges = told.map((apis) => apis.find((one) => one.apiKey === apiKey))
    const known = (apiByKey(apiKey) as Api | undefined)?.versions
    // Produce is advertised from 0, for the sake of old clients, and served from 3: by both.
    if (known === undefined || ranges.some((range) => range === undefined)) continue
    const least = Math.max(known[0], ...ranges.map((range) => range!.minVersion))
    const greatest = Math.min(known[1], ...ranges.map((range) => range!.maxVersion))
    if (least <= greatest) common.set(apiKey, [least, greatest])
  }
  return common
}

async function versionsOf(
  address: string,
): Promise<readonly { apiKey: number; minVersion: number; maxVersion: number }[]> {
  const client = rawClient(address, 'differential')
  try {
    const answer = await client.ask(apiVersionsApi, 0, {})
    if (answer === 'closed') throw new Error(`${address} closed the connection at ApiVersions`)
    return answer.apiKeys
  } finally {
    client.close()
  }
}
