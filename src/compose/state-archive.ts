import type { EdgeId, NodeId, Search } from '../contract/index.ts'
import { Counts, canonical, Elites } from '../kernel/index.ts'
import { stateOf } from './appraise.ts'

/**
 * Go-Explore's archive (arXiv:1901.10995, arXiv:2405.15143): states by key, each with the shortest way there, how often it was visited, and which of its
 * actions were tried. What was tried belongs to the state: two ways to one state share it.
 */
export class StateArchive<S, A, Ans> {
  readonly #s: Search<S, A, Ans>
  readonly #held: Elites<NodeId>
  readonly #banned = new Map<string, NodeId>()
  readonly #tried = new Map<string, Set<string>>()
  readonly #visits = new Counts()

  constructor(s: Search<S, A, Ans>) {
    this.#s = s
    this.#held = new Elites({ cell: n => this.key(n), better: (n, held) => s.tree.depth(n) < s.tree.depth(held) })
  }
  key(n: NodeId): string {
    return String(stateOf(this.#s, n))
  }
  get size(): number {
    return this.#held.size
  }
  all(): NodeId[] {
    return this.#held.all()
  }
  /** Takes a state in; of one that is there, a shorter way. */
  admit(n: NodeId): void {
    this.#held.admit(n)
  }
  ban(n: NodeId): void {
    this.#banned.set(this.key(n), n)
  }
  has(n: NodeId): boolean {
    return this.#held.has(this.key(n))
  }
  banned(n: NodeId): boolean {
    return this.#banned.has(this.key(n))
  }
  /** Lets in what was banned and still has an action that was not tried. @returns was there any? */
  readmit(): boolean {
    let any = false
    for (const [key, n] of this.#banned) {
      if (!this.#hasUntried(n)) continue
      this.#banned.delete(key)
      this.admit(n)
      any = true
    }
    return any
  }
  /** The node to go on from in this state: the archive's, else this one. */
  best(n: NodeId): NodeId {
    return this.#held.get(this.key(n)) ?? n
  }
  /** Those that can be returned to and have an action that was not tried. */
  open(): NodeId[] {
    const t = this.#s.tree
    return this.all().filter(n => !t.is(n, 'gone') && !t.is(n, 'pruned') && this.#hasUntried(n))
  }
  #hasUntried(n: NodeId): boolean {
    const t = this.#s.tree
    if (t.is(n, 'end') || t.is(n, 'failed')) return false
    const tried = this.#tried.get(this.key(n))
    for (let e = t.first(n); e !== -1; e = t.after(e)) if (tried === undefined || !tried.has(this.#action(n, e))) return true
    return false
  }
  untried(n: NodeId): EdgeId[] {
    const t = this.#s.tree
    if (t.is(n, 'end') || t.is(n, 'failed')) return []
    const tried = this.#tried.get(this.key(n))
    const edges = t.edges(n)
    return tried === undefined ? edges : edges.filter(e => !tried.has(this.#action(n, e)))
  }
  try(n: NodeId, e: EdgeId): void {
    const key = this.key(n)
    const tried = this.#tried.get(key) ?? new Set()
    this.#tried.set(key, tried.add(this.#action(n, e)))
  }
  #action(n: NodeId, e: EdgeId): string {
    const { tree, world } = this.#s
    return world.actionKey?.(tree.action(e), tree.state(n)) ?? canonical(tree.action(e))
  }
  visit(n: NodeId): void {
    this.#visits.add(this.key(n))
  }
  visits(n: NodeId): number {
    return this.#visits.of(this.key(n))
  }
  /** Everything is untried again. */
  reset(): void {
    this.#tried.clear()
  }
}
