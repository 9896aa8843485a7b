import type { Clock } from '@partita/protocol'
import { FetchSession } from './fetch-session.ts'

/** The fetch sessions of the broker. */
export interface FetchSessionCache {
  readonly size: number
  get(id: number): FetchSession | undefined
  /** A new session without partitions; `undefined` where there is no room for one of `size` partitions. */
  open(size: number, byId: boolean): FetchSession | undefined
  remove(id: number): void
  /** A request of the session has come, and was taken in. `false`: it grew too large, and is gone. */
  touch(session: FetchSession): boolean
}

/** Java: `MIN_INCREMENTAL_FETCH_SESSION_EVICTION_MS`. */
const minEvictionMs = 120_000

/** Of all sessions together: a bound on what requests can allocate. A partition takes about 400 bytes. */
const maxPartitions = 1_000_000

/** @param maxSessions `max.incremental.fetch.session.cache.slots`, asked whenever a session is wanted */
export function createFetchSessionCache(clock: Clock, maxSessions: () => number): FetchSessionCache {
  /** Those used last are at the end. */
  const sessions = new Map<number, FetchSession>()

  function newId(): number {
    let id = 1 + Math.floor(clock.random() * 0x7ffffffe)
    while (sessions.has(id)) id = id === 0x7fffffff ? 1 : id + 1
    return id
  }

  /**
   * Makes room for a session of that size, by Kafka's rule: the one that was not used for two minutes goes; else the
   * smallest of those that are two minutes old, if the new one is larger.
   */
  function evict(size: number): boolean {
    const now = clock.monotonic()
    const [oldest] = sessions.values()
    if (oldest === undefined) return false
    if (now - oldest.lastUsedAt > minEvictionMs) return remove(oldest)
    let smallest: FetchSession | undefined
    for (const session of sessions.values()) {
      if (now - session.createdAt <= minEvictionMs) continue
      if (smallest === undefined || session.size < smallest.size) smallest = session
    }
    if (smallest === undefined || size <= smallest.size) return false
    return remove(smallest)
  }

  function remove(session: FetchSession): true {
    sessions.delete(session.id)
    session.watch.release()
    return true
  }

  function fits(additional: number): boolean {
    let total = additional
    for (const session of sessions.values()) total += session.size
    return total <= maxPartitions
  }

  return {
    get size() {
      return sessions.size
    },
    get: (id) => sessions.get(id),
    open(size, byId) {
      if (!fits(size) || (sessions.size >= maxSessions() && !evict(size))) return undefined
      const session = new FetchSession(newId(), byId, clock.monotonic())
      session.admittedSize = size
      sessions.set(session.id, session)
      return session
    },
    remove(id) {
      const session = sessions.get(id)
      if (session !== undefined) remove(session)
    },
    touch(session) {
      const { id, size, admittedSize } = session
      sessions.delete(id)
      // All are counted only where one has grown: it would be most of the work of a request that brings nothing.
      if (size > admittedSize && !fits(size)) {
        session.watch.release()
        return false
      }
      session.admittedSize = size
      session.lastUsedAt = clock.monotonic()
      sessions.set(id, session)
      return true
    },
  }
}
