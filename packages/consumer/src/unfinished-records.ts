import type { Task } from './lane.ts'

/**
 * The records of a partition that were sorted into lanes and are not finished, by offset. Everything else below the last of
 * them is finished or never existed (compaction, transaction markers): which offset may be committed, and what the
 * offset map says, is read off this one list.
 */
export class UnfinishedRecords {
  #first: Task | null = null
  #last: Task | null = null
  #count = 0

  get first(): Task | null {
    return this.#first
  }

  get count(): number {
    return this.#count
  }

  /** Adds a record behind all others. */
  append(task: Task): void {
    task.before = this.#last
    if (this.#last === null) this.#first = task
    else this.#last.after = task
    this.#last = task
    this.#count += 1
  }

  remove(task: Task): void {
    const { before, after } = task
    if (before === null) this.#first = after
    else before.after = after
    if (after === null) this.#last = before
    else after.before = before
    task.before = null
    task.after = null
    this.#count -= 1
  }

  *[Symbol.iterator](): Generator<Task> {
    for (let task = this.#first; task !== null; task = task.after) yield task
  }
}
