import { createRequire } from 'node:module'

/** kafkajs 2.2.4's own protocol code: the package ships its sources, without types. */
const require = createRequire(import.meta.url)

export interface Protocol {
  readonly request: { readonly apiKey: number; readonly apiVersion: number; encode(): Promise<unknown> }
  readonly response: { decode(payload: Buffer): Promise<unknown>; parse(decoded: unknown): Promise<unknown> }
}

interface Definitions {
  readonly versions: readonly string[]
  protocol(choice: { version: number }): (parameters: unknown) => Protocol
}

type BuildRequest = (options: object) => Promise<{ readonly buffer: Buffer }>

/** One API of kafkajs in one version, with the parameters of one request. */
export function protocolOf(folder: string, version: number, parameters: unknown): Protocol {
  const definitions = require(`kafkajs/src/protocol/requests/${folder}/index.js`) as Definitions
  return definitions.protocol({ version })(parameters)
}

/** The frame that kafkajs would send, without its length. */
export async function kafkajsFrame({ request }: Protocol): Promise<Uint8Array> {
  const build = require('kafkajs/src/protocol/request.js') as BuildRequest
  const { buffer } = await build({ correlationId: 5, clientId: 'kafkajs-client', request })
  return buffer.subarray(4)
}

/** What kafkajs reads out of a response frame of ours (with its length). Long numbers come as strings. */
export async function kafkajsReads({ response }: Protocol, frame: Uint8Array): Promise<unknown> {
  // kafkajs has taken length and correlation id off before.
  return response.decode(Buffer.from(frame.subarray(8)))
}

export interface AssignerProtocol {
  readonly MemberMetadata: { encode(metadata: object): Buffer; decode(bytes: Buffer): unknown }
  readonly MemberAssignment: { encode(assignment: object): Buffer; decode(bytes: Buffer): unknown }
}

export const assignerProtocol: AssignerProtocol =
  require('kafkajs/src/consumer/assignerProtocol.js') as AssignerProtocol
