import type { Endpoint } from './cluster-node.ts'

/** An address as clients write it: `127.0.0.1:9092`, `[::1]:9092`. */
export function addressText({ host, port }: Endpoint): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`
}
