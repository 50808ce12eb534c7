// Global and episodic novelty of states, and their product.
import type { Reward, Tree } from '../contract/index.ts'
import { Counts, Elliptic, joinNovelty } from '../kernel/index.ts'

export interface ExplorationOptions<S = any> {
  /** Equal texts: the same state. What differs in every task (a whole observation) makes every state new for good; what says too little makes none. */
  key(s: S): string
  /** How often states were met in former tasks and episodes. It is read, and not changed: see `remembered`. Default: nothing was. */
  memory?: Counts
  /** Default `product`. */
  how?: 'product' | 'sum' | 'global' | 'episodic'
  /** `first` (default): 1 at the first visit of an episode, then 0; `count`: 1 / sqrt of the visits in it; `elliptic`: E3B over `features`. */
  episodic?: 'first' | 'count' | 'elliptic'
  /** Of a state, for `elliptic`; always as many. */
  features?(s: S): readonly number[]
  /** Ridge of the elliptic bonus. Default 0.1. */
  lambda?: number
  /** Least global share in a product. Default 0. */
  floor?: number
}

/** A memory with the visits of a finished search added: every state that it walked through counts once, what it only looked at does not. */
export function remembered<S>(memory: Counts, t: Tree<S, any, any>, key: (s: S) => string): Counts {
  const out = new Counts(memory.entries())
  for (const n of t.nodes()) if (t.N[n] > 0) out.add(key(t.state(n)))
  return out
}

/** Episodic novelty of the last of some states, the others being the episode so far, first to last. */
export function episodicNovelty<S>(states: readonly S[], o: ExplorationOptions<S>): number {
  const last = states[states.length - 1]
  const { episodic = 'first' } = o
  if (episodic === 'elliptic') {
    const phi = (o.features ?? none)(last)
    const seen = new Elliptic(o.lambda ?? 0.1)
    for (let i = 0; i < states.length - 1; i++) seen.add((o.features ?? none)(states[i]))
    return seen.score(phi)
  }
  const key = o.key(last)
  let before = 0
  for (let i = 0; i < states.length - 1; i++) if (o.key(states[i]) === key) before++
  return episodic === 'first' ? (before === 0 ? 1 : 0) : 1 / Math.sqrt(1 + before)
}
const none = (): never => {
  throw new RangeError("exploration: 'elliptic' needs features of a state")
}

/**
 * How new a state is, against all that was met before (`memory`) and against its own episode, which is the path to it (Henaff et al. 2023,
 * arXiv:2306.03236). Which of the two helps depends on how much tasks share; their product is robust.
 *
 * @returns a reward: 1 (of counts) for what is new in both; `parts` has the two numbers
 */
export function exploration<S = any>(o: ExplorationOptions<S>): Reward<S> {
  const memory = o.memory ?? new Counts()
  return {
    id: `exploration:${o.how ?? 'product'}`,
    async reward(at) {
      const states: S[] = []
      // The root is the first state of an episode, and no step led to it.
      let root = at
      while (root.parent !== null) root = root.parent
      states.push(root.state, ...at.steps.map(x => x.state))
      const global = memory.bonus(o.key(at.state))
      const episodic = episodicNovelty(states, o)
      return { value: joinNovelty(global, episodic, o.how, o.floor), parts: { global, episodic } }
    },
  }
}
