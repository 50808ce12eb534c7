// rStar-Math: rollouts through the whole tree to an answer, steps that were run before they count, and a preference model for what is unfinished.
import { appraiser, ballots, finish, growth, paced, paceKnob } from '../compose/index.ts'
import type { Drawing, NodeId, Search } from '../contract/index.ts'
import { argmax, backup, chosenBy, mean, top, uct, vote } from '../kernel/index.ts'
import { bestAnswer, method } from '../runtime/index.ts'

/**
 * Guan et al. 2025. The searching half: pairs and fine-tuning are left to the learning room.
 *
 * 1. A step is words and code, run with all the code before it: the world's step does that. One that does not run is no edge (`valid`), or failed; where
 *    a world goes on after an error, `errs` says which states show one, and `errors` of them in a row fail the node.
 * 2. Candidates: n samples, equal ones are one. If some of them finish, only the first finished one is kept (`finished: first`).
 * 3. A rollout goes on from the root to an end, expanding on its way: each time to the child, not yet ended, of greatest Q + c sqrt(ln N(parent) / N).
 *    An unvisited child scores 0, not infinity; of equals the first is next. So one rollout is a whole way down, not one new node.
 * 4. `annotation: terminal` (rounds 1 and 2): every end adds 2 r - 1 to all of its path. What fails gets -1 for itself alone.
 * 5. `annotation: ppm` (rounds 3, 4 and the test): each new unfinished node begins with one visit worth its process preference score, for itself alone;
 *    ends as in 4, by the reward, or by the score where no reward is known. A preference model says logits, and its score is tanh(logit / 5) (`squash`).
 * 6. Answer: the best end by its reward, or a vote among the `k` best.
 *
 * Traps: breadth comes from the candidates, hardly from UCT, for a first visit is no more urgent than another. Marks of one node alone keep what is above
 * it about answers. Keeping the first that finishes favours early ends; where every last step ends (Game of 24) `all` loses none.
 */
export const rstarMath = method({
  id: 'rstar-math',
  version: 1,
  slot: 'search',
  paper: {
    title: 'rStar-Math: Small LLMs Can Master Math Reasoning with Self-Evolved Deep Thinking',
    id: 'arXiv:2501.04519',
    dossier: 'rstar-math',
  },
  knobs: {
    rollouts: { default: 12, min: 0, max: 10_000_000, doc: 'iterations; 0: until the budget ends' },
    n: { default: 32, min: 1, max: 1000, doc: 'candidates sampled at a node' },
    how: { default: 'iid', choices: ['iid', 'distinct', 'all'], doc: 'sampled one by one, listed by one call, or enumerated by the world' },
    c: { default: 2, min: 0, max: 1000, doc: 'exploration, in units of Q in [-1, 1]' },
    maxDepth: { default: 16, min: 1, max: 10_000, doc: 'a branch this long that has not ended has failed' },
    annotation: { default: 'ppm', choices: ['ppm', 'terminal'], doc: 'is a new node marked by the preference model, or by answers alone' },
    errors: { default: 1, min: 1, max: 1000, doc: 'errors in a row that fail a node (2 in the first round)' },
    finished: { default: 'first', choices: ['first', 'all'], doc: 'of candidates that finish keep the first, and none beside it, or all' },
    signed: { default: true, doc: 'scores and rewards in [0, 1] become 2 x - 1; false: they are in [-1, 1] already' },
    squash: {
      default: 0,
      min: 0,
      max: 1000,
      doc: 'score of what is unfinished: tanh(logit of the value / squash), 5 with a preference model of the paper; 0: as signed says',
    },
    widening: { default: 0, min: 0, max: 1, doc: 'a node of N visits is drawn at N^widening times; 0: once (the paper)' },
    choose: { default: 'best', choices: ['best', 'vote'], doc: 'the end of the highest reward, or a vote among the k highest' },
    k: { default: 8, min: 1, max: 1000, doc: 'ends that vote' },
    ...paceKnob,
    untilSolved: { default: true, doc: 'stop at a verified answer; false: for training data' },
  },
  presets: {
    published: {},
    data: { n: 12, rollouts: 48, annotation: 'terminal', untilSolved: false },
    robust: { how: 'distinct', n: 8, rollouts: 0, finished: 'all', widening: 0.3 },
  },
  parts: { errs: (_state: any): boolean => false },
  needs: ['policy', 'value'],
  async run(s, k, { errs }) {
    const t = s.tree
    const { N, W, Q, V } = t
    const appraise = appraiser(s)
    const worth = (x: number): number => (k.signed ? 2 * x - 1 : x)
    const preference = (x: number): number => (k.squash > 0 ? Math.tanh(Math.log(x / (1 - x)) / k.squash) : worth(x))
    const grown = growth(s, { draw: { n: k.n, how: k.how as Drawing, sampling: { grain: 'step' } }, widening: k.widening })
    const score = uct(t, { c: k.c, unvisited: 0 }) // 3
    chosenBy(t, score)
    /** A visit of one node alone. */
    const mark = (n: NodeId, q: number): void => {
      if (N[n] > 0 || Number.isNaN(q)) return
      N[n] = 1
      W[n] = Q[n] = q
    }
    const candidates = async (from: NodeId): Promise<void> => {
      const kids = await s.step(await grown.draw(from)) // 2
      const fails = new Set(kids.filter(n => failing(s, n, errs, k.errors) || (!t.is(n, 'end') && t.depth(n) >= k.maxDepth)))
      const ended = kids.find(n => t.is(n, 'end') && !fails.has(n))
      for (const n of kids) {
        if (fails.has(n)) mark(n, -1) // 4
        if (fails.has(n) || (ended !== undefined && n !== ended && k.finished === 'first')) s.prune(n)
      }
      const kept = kids.filter(n => !t.is(n, 'pruned'))
      if (kids.length > 0 && kept.length === 0 && from !== t.root) s.prune(from)
      await finish(s, kept, k)
      for (const n of kept) if (t.is(n, 'end')) backup(t, n, worth(V[n]), mean)
      if (k.annotation === 'terminal') return
      await appraise(kept)
      for (const n of kept) if (!t.is(n, 'end')) mark(n, preference(V[n])) // 5
    }
    await s.workers(
      paced(s, k.pace, async sim => {
        let asked = false
        for (let at: NodeId | undefined = sim.hold(grown.spent(t.root) ? null : t.root); at !== undefined; ) {
          if (grown.wants(at)) {
            asked = true
            await candidates(at)
          }
          const from: NodeId = at
          at = argmax(
            t.children(from).filter(n => !grown.spent(n)),
            n => score(n, from),
          )
          // A rollout that has drawn nothing met others at work, and begins again when they are done.
          if (at !== undefined || !asked) sim.hold(at)
        }
      }),
      k.rollouts > 0 ? { times: k.rollouts } : {},
    )
  },
  answer(t, k) {
    const best = bestAnswer(t)
    if (k.choose === 'best' || best === null || t.is(best, 'solved')) return best
    const high = new Set(top(t.answers(), k.k, n => t.R[n]))
    return vote(
      ballots(t).filter(b => high.has(b.node)),
      { mode: 'majority' },
    ) // 6
  },
})

/** The last `most` steps into a node all show an error. */
function failing<S>(s: Search<S, any, any>, n: NodeId, errs: (state: S) => boolean, most: number): boolean {
  const path = s.tree.path(n)
  return path.length > most && path.slice(-most).every(m => errs(s.tree.state(m)))
}
