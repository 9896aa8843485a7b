import { PartitaError, partitionName } from '@partita/protocol'
import type { LogPlace } from '../core/storage.ts'

export interface WriteGuardPorts {
  readonly warn: (message: string) => void
  /** Something is about to be written. */
  readonly writing: () => void
  /** Takes back what a write that failed has left. */
  readonly cut: () => void
}

/** What becomes of a partition's files when the disk fails: one write is refused, or all, or somebody is told. */
export class WriteGuard {
  readonly #place: LogPlace
  readonly #folder: string
  readonly #ports: WriteGuardPorts
  #failure: string | undefined
  /** The last write failed: nothing more is said until one succeeds. */
  #hasWarned = false

  constructor(place: LogPlace, ports: WriteGuardPorts) {
    this.#place = place
    this.#folder = partitionName(place)
    this.#ports = ports
  }

  /** Why nothing is written any more. */
  get failure(): string | undefined {
    return this.#failure
  }

  /**
   * What is left of a write that fails is cut off, so that the next one may succeed; if even that fails, none can.
   * @throws PartitaError `KAFKA_STORAGE_ERROR`
   */
  write<T>(step: () => T): T {
    this.#ports.writing()
    try {
      return step()
    } catch (error) {
      throw this.#writeFailed(error as Error)
    }
  }

  /** A batch was written. */
  succeeded(): void {
    this.#hasWarned = false
  }

  orWarn(failed: string, step: () => void): void {
    try {
      step()
    } catch (error) {
      this.#ports.warn(`${failed}: ${(error as Error).message}`)
    }
  }

  orFail(what: string, step: () => void): void {
    try {
      step()
    } catch (error) {
      this.fail(what, error as Error)
    }
  }

  /** Nothing is written from here on. */
  fail(what: string, error: Error): void {
    this.#failure ??=
      `${this.#folder} takes no more batches until the broker is started again: it could not be ${what}: ` +
      `${error.message}.`
    this.#ports.warn(this.#failure)
  }

  #writeFailed(cause: Error): PartitaError {
    this.orFail('cut', this.#ports.cut)
    const message = `${this.#folder} cannot be written: ${cause.message}.`
    if (!this.#hasWarned) this.#ports.warn(message)
    this.#hasWarned = true
    const { topic, partition } = this.#place
    return new PartitaError('KAFKA_STORAGE_ERROR', message, { topic, partition, cause })
  }
}
