// RepExp: many attempts, verified in the order in which each is the one most unlike those before it.
import { attemptAt, attemptRounds, finish } from '../compose/index.ts'
import type { NodeId, Search } from '../contract/index.ts'
import { argmax, centred, ellipticOrder, tell } from '../kernel/index.ts'
import { features } from '../reward/index.ts'
import { method } from '../runtime/index.ts'

/**
 * Representation-based exploration at test time (arXiv:2510.11686): which of many samples are worth a verifier's time?
 *
 * 1. Draw n attempts; none is verified yet. Equal ones are one.
 * 2. Feature h of each: the model's embedding of its text where it has one, else hashed counts of its words and pairs of words; less the mean, length 1.
 *    The paper takes the mean of the last hidden states over the response, projected to 512 dimensions.
 * 3. A = lambda I. The first is drawn uniformly; then always the one of greatest h' A^-1 h among those not yet verified, and A += h h'.
 * 4. Verify in that order, until one is proven or k are done.
 *
 * Traps: where the right answer is the common one this order is a loss; `first: modal` verifies the most frequent attempt first, a small price. Garbled
 * samples look newest of all: what the world cannot read is never among them. Without centring the common direction hides what is new. Where
 * verification costs calls, n must leave some of the budget for it. With a free verifier all orders find the same; only the number of verifications
 * (`tools` in a comparison) differs.
 */
export const repexp = method({
  id: 'repexp',
  version: 1,
  slot: 'reward',
  paper: {
    title: 'Representation-Based Exploration for Language Models: From Test-Time to Post-Training',
    id: 'arXiv:2510.11686',
    dossier: 'repexp',
  },
  knobs: {
    n: { default: 64, min: 1, max: 100_000, doc: 'attempts drawn before any is verified (N)' },
    k: { default: 0, min: 0, max: 100_000, doc: 'most verifications; 0: all of them' },
    lambda: { default: 1, min: 1e-6, max: 1e6, doc: 'ridge, in units of the squared length of a feature' },
    order: { default: 'elliptic', choices: ['elliptic', 'random'], doc: 'by the bonus, or (a control) at random' },
    first: { default: 'uniform', choices: ['uniform', 'modal'], doc: 'where it begins: anywhere, or with the most frequent attempt' },
    dimensions: { default: 512, min: 1, max: 65_536, doc: 'of hashed features' },
    temperature: { default: 1, min: 0, max: 2, doc: 'of the attempts' },
    steps: { default: 64, min: 1, max: 10_000, doc: 'most steps of an attempt, where attempts are made of steps' },
    untilSolved: { default: true, doc: 'stop at a verified answer' },
  },
  parts: {
    /** Features of texts. */
    features: async (s: Search<any, any, any>, texts: readonly string[], dimensions: number): Promise<ArrayLike<number>[]> =>
      embeds(s) ? s.model().embed!(texts) : texts.map(x => features(x, dimensions)),
  },
  promises: ['orderFree'],
  needs: ['policy', 'reward'],
  async run(s, k, { features }) {
    const t = s.tree
    await attemptRounds(s, { n: k.n, unlimited: k.n, steps: k.steps, sampling: { temperature: k.temperature }, reward: false }) // 1
    const drawn = t.answers()
    if (drawn.length === 0) return
    const many = k.k === 0 ? drawn.length : Math.min(k.k, drawn.length)
    for (const n of k.order === 'random' ? s.random('order').shuffle(drawn).slice(0, many) : await byBonus(drawn, many))
      await finish(s, [n], k) // 4

    async function byBonus(nodes: readonly NodeId[], many: number): Promise<NodeId[]> {
      const texts = nodes.map(n => attemptAt(t, n).text!)
      const hs = centred(await features(s, texts, k.dimensions)) // 2
      const first = k.first === 'modal' ? nodes.indexOf(argmax(nodes, n => t.M[n])!) : s.random('first').int(nodes.length)
      return ellipticOrder(hs, { first, k: many, lambda: k.lambda, told: (i, bonus) => tell(t, 'bonus', nodes[i], bonus) }).map(
        i => nodes[i],
      ) // 3
    }
  },
})

function embeds(s: Search<any, any, any>): boolean {
  try {
    return s.model().can.includes('embed')
  } catch {
    return false // a policy without a model
  }
}
