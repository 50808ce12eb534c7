// What is true of a tree. Nothing of it is laid out: a place is looked up by hashes of its address, in time that grows with its depth alone.
import { chain, type Key64, mix } from '../../kernel/hash.ts'
import { keeping } from '../../kernel/keeping.ts'
import { AddressedRandom } from '../../kernel/random.ts'
import { share } from './share.ts'
import { parseTask, showTask, type TreeTask, type TreeTaskInput } from './task.ts'

/** Steps from the root, each one of branching x wordings actions. */
export type Path = readonly number[]
/** How likely each step is where `live` says which can still end well; null: all alike. */
export type Law = ((live: readonly boolean[]) => number[]) | null

const mostKept = 200_000

/** A tree's truth: which places can end well, what they are worth, and what its leaves answer. */
export class Truth {
  readonly task: TreeTask
  /** Leaves that are solutions, in the whole tree. */
  readonly solutions: number
  /** Depths, from 1, at which few steps survive. */
  readonly pivots: ReadonlySet<number>
  readonly #shares = new Map<string, readonly number[]>()
  readonly #worth = new WeakMap<NonNullable<Law>, Map<string, number>>()
  readonly #uniform = new Map<string, number>()
  readonly #names: readonly number[]

  constructor(task: TreeTask) {
    this.task = task
    const { branching, depth, density, pivots, survive, classes, answers } = task
    const all = Array.from({ length: depth }, (_, d) => d + 1)
    this.pivots = new Set(this.#random([], 'pivots').shuffle(all).slice(0, pivots))
    this.solutions = pivots > 0 ? branching ** (depth - pivots) * survive ** pivots : Math.max(1, Math.round(density * branching ** depth))
    this.#names = this.#random([], 'answers').shuffle(Array.from({ length: classes + answers }, (_, i) => i))
  }
  #random(ideas: Path, purpose: string): AddressedRandom {
    const { hi, lo } = this.address(ideas)
    return new AddressedRandom(this.task.seed, hi, lo, purpose)
  }
  /** What a step is about, whatever its wording: 0 to branching - 1. */
  idea(action: number): number {
    return Math.floor(action / this.task.wordings)
  }
  ideas(path: Path): Path {
    return this.task.wordings === 1 ? path : path.map(a => this.idea(a))
  }
  /** Hash of the ideas on the way to a place. */
  address(ideas: Path): Key64 {
    let at = { hi: mix(this.task.seed, 0x7ee5), lo: mix(0x5eed, this.task.seed) }
    for (const i of ideas) at = chain(at.hi, at.lo, String(i))
    return at
  }

  /** Solutions below each idea at a place that can end well (for pivots 1 or 0: some or none). */
  #below(ideas: Path): readonly number[] {
    const key = ideas.join('.')
    let shares = this.#shares.get(key)
    if (shares !== undefined) return shares
    const { branching, depth, pivots, survive, spread } = this.task
    const d = ideas.length + 1
    if (pivots > 0) {
      const kept = new Set(
        this.pivots.has(d)
          ? this.#random(ideas, 'survive')
              .shuffle(Array.from({ length: branching }, (_, i) => i))
              .slice(0, survive)
          : [],
      )
      shares = Array.from({ length: branching }, (_, i) => (!this.pivots.has(d) || kept.has(i) ? 1 : 0))
    } else shares = share(this.#count(ideas), branching, branching ** (depth - d), spread, this.#random(ideas, 'share'))
    if (this.#shares.size >= mostKept) this.#shares.clear()
    this.#shares.set(key, shares)
    return shares
  }
  #count(ideas: Path): number {
    let count = this.solutions
    for (let d = 0; d < ideas.length && count > 0; d++) count = this.#below(ideas.slice(0, d))[ideas[d]]
    return count
  }
  /** How many steps of a way could still end well: its length where it is live, less where it was lost. */
  #kept(ideas: Path): number {
    for (let d = 0; d < ideas.length; d++) if (this.#below(ideas.slice(0, d))[ideas[d]] === 0) return d
    return ideas.length
  }

  /** Can it still end well? At a leaf: is it a solution? */
  live(path: Path): boolean {
    return this.#kept(this.ideas(path)) === path.length
  }
  /** Of the ideas at a place: which can still end well. */
  liveIdeas(path: Path): boolean[] {
    const ideas = this.ideas(path)
    const { branching, depth } = this.task
    if (path.length >= depth) return []
    return this.live(path) ? this.#below(ideas).map(c => c > 0) : new Array<boolean>(branching).fill(false)
  }
  /** Solutions below a place, itself included. */
  count(path: Path): number {
    const { pivots, branching, depth, survive } = this.task
    if (pivots === 0) return this.#count(this.ideas(path))
    if (!this.live(path)) return 0
    let ahead = 0
    for (const p of this.pivots) if (p > path.length) ahead++
    return branching ** (depth - path.length - ahead) * survive ** ahead
  }
  /** Chance that even play from here ends in a solution. */
  success(path: Path): number {
    return this.count(path) / this.task.branching ** (this.task.depth - path.length)
  }
  /** Expected reward from a place under a policy. @param law its step probabilities; null (default): even play */
  worth(path: Path, law: Law = null): number {
    const kept = this.#kept(this.ideas(path))
    if (kept < path.length) return this.#grade(kept)
    if (law === null && this.task.graded === 0) return this.success(path)
    let memo = law === null ? this.#uniform : this.#worth.get(law)
    if (memo === undefined) this.#worth.set(law!, (memo = new Map()))
    return this.#expected(this.ideas(path), law, memo)
  }
  /** Of a live place. With pivots all live places of a depth are worth the same; else each is summed up once, those that can end well only. */
  #expected(ideas: Path, law: Law, memo: Map<string, number>): number {
    const { depth, pivots, branching } = this.task
    if (ideas.length === depth) return 1
    const key = pivots > 0 ? String(ideas.length) : ideas.join('.')
    const known = memo.get(key)
    if (known !== undefined) return known
    const live = this.#below(ideas).map(c => c > 0)
    const p = law?.(live) ?? live.map(() => 1 / branching)
    const lost = this.#grade(ideas.length)
    let one: number | undefined
    let sum = 0
    live.forEach((on, i) => {
      if (!on) sum += p[i] * lost
      else {
        if (one === undefined || pivots === 0) one = this.#expected([...ideas, i], law, memo)
        sum += p[i] * one
      }
    })
    memo.set(key, sum)
    return sum
  }
  /** Greatest reward that can be had from a place. */
  best(path: Path): number {
    const kept = this.#kept(this.ideas(path))
    return kept === path.length ? 1 : this.#grade(kept)
  }
  #grade(kept: number): number {
    return (this.task.graded * kept) / this.task.depth
  }

  /** What a leaf answers. */
  answer(path: Path): string {
    const { classes, answers, confuser } = this.task
    const ideas = this.ideas(path)
    const r = this.#random(ideas, 'answer')
    if (this.live(path)) return String(this.#names[r.int(classes)])
    return String(this.#names[classes + (r.next() < confuser ? 0 : r.int(answers))])
  }
  /** Is this what solutions answer? */
  right(answer: string): boolean {
    const i = this.#names.indexOf(Number(answer))
    return /^\d+$/.test(answer.trim()) && i >= 0 && i < this.task.classes
  }
}

const truths = keeping<Truth>(1000)
const byTask = new WeakMap<TreeTask, Truth>()
/** The truth about a tree: one for all who ask. */
export function truthOf(input: TreeTaskInput): Truth {
  const task = parseTask(input)
  let truth = byTask.get(task)
  if (truth !== undefined) return truth
  truth = truths(showTask(task), () => new Truth(task))
  byTask.set(task, truth)
  return truth
}
