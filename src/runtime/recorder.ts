import { Failure } from '../kernel/index.ts'
import type { Journal, JournalRecord } from './journal.ts'

const later = setTimeout
/** Milliseconds between attempts at a commit that may go through yet. */
const again = 1000

/** The journal's writer: what was seen and what starts now go into ONE commit, and nothing starts before it went through. */
export class Recorder {
  readonly #journal: Journal
  readonly #waiting: (message: string) => void
  #fresh: JournalRecord[] = []

  /** @param waiting told of a commit that failed in a way that may pass */
  constructor(journal: Journal, waiting: (message: string) => void) {
    this.#journal = journal
    this.#waiting = waiting
  }
  /** Part of the next commit. */
  add(r: JournalRecord): void {
    this.#fresh.push(r)
  }
  /** false: it failed in a way that may pass (a full disk). @throws Failure where it will not */
  commit(): boolean {
    if (this.#fresh.length === 0) return true
    try {
      this.#journal.append(this.#fresh)
    } catch (e) {
      if (e instanceof Failure && (e as { retry?: boolean }).retry === true) {
        this.#waiting(e.message)
        return false
      }
      throw e
    }
    this.#fresh = []
    return true
  }
  /** Tries again until it went through, or `over` says that it need not. */
  hold(over: () => boolean, then: () => void): void {
    later(() => {
      if (over()) return
      if (this.commit()) then()
      else this.hold(over, then)
    }, again)
  }
}
