// Exploration by two kinds of novelty at once: against everything seen before, and against this episode alone.
import { finish, growth, growthKnobs, paced, paceKnob, stateOf } from '../compose/index.ts'
import type { Drawing, EdgeId, NodeId } from '../contract/index.ts'
import { argmax, backup, Counts, canonical, joinNovelty, maxOf, mean, mixed, telling } from '../kernel/index.ts'
import { episodicNovelty } from '../reward/index.ts'
import { method } from '../runtime/index.ts'

/**
 * Henaff et al. 2023. An episode is a walk from the root to an end, or `horizon` steps long; it goes by Q + beta b, where b is the bonus of the state that an
 * action leads to: known where it was taken in this state, on whatever way there; with `look` all are taken first, to see; else it is taken to be new.
 *
 * 1. Global: 1 / sqrt(N(s)), N the visits to the state in all episodes, and in the tasks before this one, where `memory` tells of them.
 * 2. Episodic: 1 at the first visit of an episode, else 0 (`first`); 1 / sqrt of the visits in it (`count`); phi' C^-1 phi over the episode so far, as
 *    E3B has it (`elliptic`; phi are the part `features`, else the features of the world's design).
 * 3. Their product, since in a sum the larger swamps the other; each alone for comparison.
 * 4. Q: mean and greatest of the returns. The return is the reward of an episode's end; an episode that was cut off was paid nothing.
 *
 * Which of the two helps alone depends on how much tasks share (`memory` of other tasks helps, or misleads, by the key): the product is robust.
 * Traps: episodic counts begin anew with each episode, or they are global ones. A global term that has vanished ends exploration: `floor`. Keys that hold
 * what differs in every task (coordinates, whole observations) make every state new for good: the part `key` says what is the same.
 */
export const globalEpisodicBonus = method({
  id: 'global-episodic-bonus',
  version: 1,
  paper: {
    title: 'A Study of Global and Episodic Bonuses for Exploration in Contextual MDPs',
    id: 'arXiv:2306.03236',
    dossier: 'global-episodic-bonus',
  },
  slot: 'reward',
  knobs: {
    combine: {
      default: 'product',
      choices: ['product', 'sum', 'global', 'episodic'],
      doc: 'how the two bonuses are joined, or which is used alone',
    },
    episodic: { default: 'first', choices: ['first', 'count', 'elliptic'], doc: 'the episodic bonus' },
    beta: { default: 1, min: 0, max: 1e6, doc: 'scale of the bonus, in units of the reward' },
    lambda: { default: 0.1, min: 1e-9, max: 1e9, doc: "ridge of the elliptic bonus: E3B's lambda" },
    floor: { default: 0.01, min: 0, max: 1, doc: 'least global share in a product' },
    horizon: { default: 64, min: 1, max: 1_000_000, doc: 'most steps of an episode' },
    look: {
      default: true,
      doc: 'actions are taken to see where they lead before one is chosen; false: only the chosen one, where steps are dear',
    },
    ...growthKnobs,
    episodes: { default: 1000, min: 0, max: 10_000_000, doc: 'most episodes; 0: until the budget ends' },
    meanShare: { default: 0.5, min: 0, max: 1, doc: 'Q = meanShare x mean + (1 - meanShare) x greatest of the returns' },
    ...paceKnob,
    untilSolved: { default: true, doc: 'stop at a verified answer' },
  },
  presets: { published: { combine: 'product', episodic: 'elliptic' }, robust: { episodic: 'count' } },
  parts: {
    /** Visits of former tasks by key (see `remembered`). Read, and not changed. */
    memory: new Counts(),
    /** Equal texts: the same state; default: the world's key. */
    key: undefined as ((state: any) => string) | undefined,
    features: undefined as ((state: any) => readonly number[]) | undefined,
  },
  needs: ['policy'],
  async run(s, k, { memory, key, features }) {
    const t = s.tree
    const seen = new Counts(memory.entries())
    const keyOf = (n: NodeId): string => key?.(t.state(n)) ?? String(stateOf(s, n))
    const grown = growth<any, any, any>(s, { draw: { n: k.width, how: k.how as Drawing }, widening: k.widening })
    const rule = mixed(k.meanShare, mean, maxOf)
    const phi = features ?? s.world.design?.features.bind(s.world.design)
    const episodic = phi === undefined && k.episodic === 'elliptic' ? 'first' : (k.episodic as 'first')
    const by = {
      key: (n: NodeId) => keyOf(n),
      episodic,
      lambda: k.lambda,
      ...(phi === undefined ? {} : { features: (n: NodeId) => phi(t.state(n)) }),
    }
    const leads = new Map<string, NodeId>() // from a state, by an action
    const move = (e: EdgeId, at: NodeId): string =>
      `${keyOf(at)}\n${s.world.actionKey?.(t.action(e), t.state(at)) ?? canonical(t.action(e))}`
    const bonus = (e: EdgeId, way: readonly NodeId[]): number => {
      const n = t.taken(e) ? e : leads.get(move(e, way[way.length - 1]))
      if (n === undefined) return joinNovelty(1, 1, k.combine as 'product')
      return joinNovelty(seen.bonus(keyOf(n)), episodicNovelty([...way, n], by), k.combine as 'product', k.floor) // 1, 2, 3
    }
    const exploit = telling(t, 'exploit', (x: EdgeId) => (Number.isNaN(t.Q[x]) ? 0 : t.Q[x]))
    const close = async (nodes: readonly NodeId[]) => {
      const ends = nodes.filter(n => t.is(n, 'end') && t.N[n] === 0)
      await finish(s, ends, k)
      for (const n of ends) if (t.N[n] === 0) backup(t, n, t.R[n], rule) // 4
    }
    await s.workers(
      paced(s, k.pace, async sim => {
        const way: NodeId[] = [sim.hold(t.root)]
        for (let at = t.root; way.length <= k.horizon && !t.is(at, 'end'); ) {
          if (grown.wants(at)) await grown.draw(at)
          if (k.look) await close(await s.step(t.edges(at).filter(e => !t.taken(e))))
          const open = t.edges(at).filter(e => !grown.spent(e) && (t.taken(e) || t.O[e] === 0))
          const novel = telling(t, 'bonus', (x: EdgeId) => k.beta * bonus(x, way))
          const e = argmax(open, x => exploit(x) + novel(x), sim.random)
          if (e === undefined) {
            // Others are at work on what there is; else all below is used up, and other ways are left as long as this is not the root.
            if (at === t.root || t.first(at) === -1 || t.edges(at).some(x => !t.taken(x) && t.O[x] > 0)) sim.hold(null)
            break
          }
          const [n] = await s.step([sim.hold(e)])
          if (n === undefined) {
            s.prune(e)
            continue
          }
          leads.set(move(n, at), n)
          seen.add(keyOf(n))
          way.push(n)
          at = n
        }
        const last = way[way.length - 1]
        await close([last])
        if (!t.is(last, 'end')) backup(t, last, 0, rule) // 4
      }),
      k.episodes > 0 ? { times: k.episodes } : {},
    )
  },
})
