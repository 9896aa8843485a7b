import type { apiVersionsApi, RequestOf } from '@partita/wire'
import type { BrokerControl } from '../control/broker-control.ts'
import type { ObservedRequest } from '../control/fault-rules.ts'

/** A bound on what is remembered: client ids may be made up without end. */
const maxKinds = 1_000

/**
 * Tells of each kind of client that connects, once: by the name and version of its software (KIP-511), or by its client id
 * where it does not say. Clients that never ask for the versions of the APIs are not seen.
 * @returns stops it
 */
export function watchClients(control: BrokerControl, tell: (line: string) => void): () => void {
  const seen = new Set<string>()
  return control.onRequest((request) => {
    if (request.api !== 'ApiVersions') return
    const kind = kindOf(request)
    if (seen.has(kind) || seen.size >= maxKinds) return
    seen.add(kind)
    tell(`Client: ${kind}, from ${request.clientAddress}`)
  })
}

function kindOf({ version, clientId, body }: ObservedRequest): string {
  if (version < 3) return `software unnamed, client id ${printable(JSON.stringify(clientId))}`
  const { clientSoftwareName: name, clientSoftwareVersion: release } = body as RequestOf<typeof apiVersionsApi>
  return printable(`${name} ${release}`)
}

/** What a client sends must not move the cursor of whoever reads it. */
function printable(text: string): string {
  return text.slice(0, 100).replace(/\p{C}/gu, '?')
}
