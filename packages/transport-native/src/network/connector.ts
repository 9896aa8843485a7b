/** Where a broker is to be reached. */
export interface Endpoint {
  /** A name or an address; an IPv6 address without brackets. */
  readonly host: string
  readonly port: number
}

/** What a stream tells. Never called from inside a call of the stream's own, nor after `destroy`. */
export interface StreamListener {
  /** The next bytes, however they are cut. They are the receiver's from then on. */
  onData(bytes: Uint8Array): void
  /**
   * Where the next bytes may be written, by a stream that can choose: `onData` then gets the part that was. Absent or `null`:
   * in memory of the stream's own.
   */
  space?(): Uint8Array | null
  /** More is taken, after a `write` that returned `false`. */
  onDrain(): void
  /** The stream has ended, whoever ended it. Nothing follows. */
  onClose(reason?: Error): void
}

/** A stream of bytes each way. */
export interface ByteStream {
  /** Called once, before the first `write`. */
  listen(listener: StreamListener): void
  /**
   * Sends these pieces, one after the other, as one. They must not be changed afterwards. `false`: enough for now; more
   * is taken, but costs memory until `onDrain`.
   */
  write(pieces: readonly Uint8Array[]): boolean
  /** Ends the stream when what was written is on its way. An implementation must not wait for that without end. */
  close(): void
  /** Ends the stream at once: what is not yet on its way is not sent. */
  destroy(): void
}

/** A way to brokers: TCP, TLS, or memory. */
export interface Connector {
  /**
   * Settles when bytes can be sent. Rejects with whatever went wrong; a `PartitaError` is handed on as it is. Gives up
   * when the signal fires.
   */
  connect(endpoint: Endpoint, signal: AbortSignal): Promise<ByteStream>
}

/** `host:port`, an IPv6 address in brackets. */
export function addressOf({ host, port }: Endpoint): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}
