// Auto: as little search as the task asks for.
import { appraiser, attempts, ballots, finish, tally } from '../compose/index.ts'
import type { NodeId } from '../contract/index.ts'
import { Failure, Frontier, isGame, majorityStays, telling, vote, votesToSettle } from '../kernel/index.ts'
import { bestAnswer, method } from '../runtime/index.ts'
import { uct } from './uct.ts'

/**
 * Decides by itself how much to search, and says why (the result's `why`).
 *
 * 1. One attempt. If it is verified, that is all.
 * 2. More attempts. Without a proof they vote, and the search ends once the majority is settled (adaptive-consistency, arXiv:2305.11860). With one,
 *    they go on until one is verified or a share `sampling` of the budget is spent; but not beyond the first `few` where they have nothing in
 *    common, for a policy that draws at random gains little by drawing on.
 * 3. Tree search, where the samples disagree or fail the check: depth first, the best-valued state first, with what was passed over taken up when
 *    nothing else is left, until a share `searching` of the rest is spent. A step costs less than an attempt, and a bad beginning is left early.
 * 4. What is left then goes to attempts again: a hedge against a policy that is better than its critic.
 *
 * In a game none of that says what a move is worth, since nobody answers it: there moves are compared by `uct`, until the budget ends.
 *
 * Not from one paper; the shares were chosen on the dev split of game24, with simulated models and the seedling. Traps: where nothing verifies and
 * the model is sure and wrong, four samples that agree end it, as in any vote. Without a budget `maxSamples` and `visits` bound it.
 */
export const auto = method({
  id: 'auto',
  version: 2,
  knobs: {
    threshold: { default: 0.95, min: 0.5, max: 1, doc: 'the vote is over when the majority is so sure to stay' },
    maxSamples: { default: 40, min: 1, max: 100_000, doc: 'most attempts of a vote; and, without a budget, of the rest' },
    few: { default: 16, min: 1, max: 100_000, doc: 'attempts after which it looks whether they repeat each other' },
    repeats: { default: 0.1, min: 0, max: 1, doc: 'so large a share of repeated attempts, and the policy knows what it wants' },
    sampling: {
      default: 0.8,
      min: 0,
      max: 1,
      doc: 'share of the budget for attempts that repeat each other, or vote, before the tree search',
    },
    searching: { default: 0.85, min: 0, max: 1, doc: 'share of what is left then for the tree search' },
    width: { default: 8, min: 1, max: 1000, doc: 'actions drawn at a state' },
    hopeless: { default: 0.1, min: -1e9, max: 1e9, doc: 'states valued no more than this wait until nothing else is open' },
    visits: { default: 100, min: 0, max: 1_000_000, doc: 'most states expanded, without a budget' },
    temperature: { default: 1, min: 0, max: 2, doc: 'of the attempts' },
    steps: { default: 64, min: 1, max: 10_000, doc: 'most steps of an attempt, where attempts are made of steps' },
  },
  promises: ['optimum', 'orderFree'],
  needs: ['policy'],
  async run(s, k) {
    const t = s.tree
    if (s.world.player !== undefined) {
      s.note(t.root, 'In a game moves are worth what follows on them: they were compared by tree search (uct).', {
        scope: 'node',
        kind: 'why',
      })
      const how = s.world.actions === undefined ? 'distinct' : 'all'
      return uct
        .with({ knobs: { how, width: k.width, choose: 'move', simulations: Object.keys(s.budget.limits).length > 0 ? 0 : k.visits } })
        .run(s)
    }
    const spent = () => 1 - s.budget.ratio()
    let made = 0
    let checks = true // until it turns out that nothing proves an answer
    let story = '' // what came before the tree search
    let expanded = 0
    let critic = true
    const solved = () => t.answers().some(n => t.is(n, 'solved'))
    const tell = (): string => {
      const search = !critic ? ', and there is no critic to search with.' : expanded > 0 ? ', so it searched by steps.' : '.'
      const end = solved() ? ' An answer was verified, and that ended it.' : checks ? ' No answer was verified.' : ''
      return `${story || (made === 1 ? 'One sample was drawn' : `${made} samples were drawn`)}${search}${more()}${end}`
    }
    let before = 0
    const more = () =>
      before > 0 && made > before ? ` ${expanded > 0 ? 'That brought nothing; then it' : 'It'} drew ${made - before} more samples.` : ''
    s.lastly({}, async () => s.note(t.root, tell(), { scope: 'node', kind: 'why' }))

    let known = false
    const sample = async (n: number): Promise<void> => {
      made += n
      const draw = { steps: k.steps, sampling: { temperature: k.temperature }, untilSolved: true }
      const ends = await attempts(s, n, { ...draw, reward: known && checks })
      if (known || ends.length === 0) return
      known = true
      checks = (await able(() => finish(s, ends, draw))) && ends.some(e => t.judged(e)?.verified === true)
    }
    /** How many more attempts reach a share of the budget, by what those before cost. */
    const covered = (share: number): number => (spent() > 0 ? Math.ceil(((share - spent()) / spent()) * made) : Number.POSITIVE_INFINITY)
    /** Attempts in growing rounds, at least a slot's worth, until so much is spent or so many are made. */
    const sampleUntil = async (share: number, most: number, on = () => true): Promise<void> => {
      while (!solved() && made < most && spent() < share && on()) {
        await sample(Math.max(1, Math.min(made, Math.max(8, made >> 2), most - made, covered(share))))
      }
    }
    /** Do the attempts repeat each other? Next to none do where the policy draws at random. True as long as too few of them could be read to tell. */
    const alike = (): boolean => {
      const read = t.ends().reduce((sum, n) => sum + t.M[n], 0)
      return (read < k.few && made < 2 * k.few) || read - t.ends().length >= k.repeats * read
    }
    const votes = () => tally(ballots(t))
    const settled = () => majorityStays(votes()) >= k.threshold
    const poll = async (share: number): Promise<void> => {
      while (!settled() && made < k.maxSamples && spent() < share)
        await sample(Math.max(1, Math.min(votesToSettle(votes(), k.threshold), k.maxSamples - made, covered(share))))
    }
    const dive = async (share: number): Promise<void> => {
      const appraise = appraiser(s)
      const stack: NodeId[] = [t.root]
      const passed = new Frontier<NodeId>()
      const value = telling(t, 'value', (n: NodeId) => t.V[n])
      for (let visits = 0; !solved() && (spent() > 0 ? spent() < share : visits < k.visits); visits++) {
        const n = stack.pop() ?? passed.pop()
        if (n === undefined) return
        const kids = await s.expand(n, { n: k.width, how: 'distinct', sampling: { grain: 'step' } })
        expanded++
        await finish(s, kids, { untilSolved: true })
        const open = kids.filter(c => !t.is(c, 'end') && !t.is(c, 'failed'))
        await appraise(open)
        // Pushed worst first: the best is next. What could not be judged is never above the mark.
        for (const c of open) if (!(value(c) > k.hopeless)) passed.push(c, t.V[c])
        stack.push(...open.filter(c => t.V[c] > k.hopeless).sort((a, b) => t.V[a] - t.V[b]))
      }
    }

    await sample(1) // 1
    if (solved()) return
    if (checks) {
      const most = spent() > 0 ? Number.POSITIVE_INFINITY : k.maxSamples
      await sampleUntil(k.sampling, most, alike) // 2
      if (solved()) return
      story = `${made === 1 ? 'One sample' : `${made} samples`} failed the check${alike() ? '' : ' and had little in common'}`
    } else {
      await poll(k.sampling)
      const [most, all] = [Math.max(0, ...votes()), ballots(t).length]
      story = `Nothing could verify an answer; of ${all} samples ${most} agree`
      if (settled()) return
      await able(() => finish(s, t.answers())) // what it finds is weighed with what there is
    }
    critic = await able(() => dive(spent() + k.searching * (1 - spent()))) // 3
    if (solved()) return
    before = made
    if (checks)
      await sampleUntil(1, spent() > 0 ? Number.POSITIVE_INFINITY : 2 * k.maxSamples) // 4
    else if (!critic) await poll(1)
  },
  answer(t) {
    const best = bestAnswer(t)
    if (best === null || t.is(best, 'solved') || isGame(t)) return best
    const weighed = t.answers().every(n => !Number.isNaN(t.R[n]))
    return vote(
      ballots(t, n => t.R[n]),
      { mode: weighed ? 'weighted' : 'majority' },
    )
  },
})

/** Does what the frame may have no means for; false: it has none. */
async function able(work: () => Promise<unknown>): Promise<boolean> {
  try {
    await work()
    return true
  } catch (e) {
    if (e instanceof Failure && e.code === 'usage') return false
    throw e
  }
}
