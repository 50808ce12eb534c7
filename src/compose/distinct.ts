import type { Context, Draw, EdgeId, NodeId, Policy, Search, Tree } from '../contract/index.ts'
import { conditionedGumbels, Failure, type Perturbed, perturbedTopK, stochasticBeam, tell, top } from '../kernel/index.ts'
import { decode, encode, tempered, token } from '../model/seedling/index.ts'

/** A draw: the log-probability of the way to it, and its perturbed value. null: the world refuses it. */
export interface Distinct extends Perturbed {
  readonly edge: EdgeId | null
}
export interface DistinctDraw {
  /** Children wanted. */
  k: number
  /** The place they are drawn at; `fresh`: by Gumbels of their own (RSD-C) instead of such as have the parent's for their greatest (RSD-S). */
  at: Perturbed
  fresh: boolean
  /** Tells draws at one place apart. */
  purpose: string
  temperature: number
  /** Where the model gives no laws: how its actions are listed, and how many. */
  how: 'distinct' | 'iid' | 'all'
  listed: number
}

/** Most tokens of a step. */
const longest = 32

/**
 * Children without replacement, in order of draw (the Gumbel-top-k trick over actions; over the tokens of an action, stochastic beam search: Kool et al. 2019).
 *
 * Where the model gives the law of its next token, a step is drawn as a sequence: k different ones, exactly as if all there are had been listed with their
 * probabilities; those that the world refuses are among them. Where it does not, the policy lists actions, and k of them are drawn by their priors.
 */
export async function distinct<S, A, Ans>(s: Search<S, A, Ans>, n: NodeId, o: DistinctDraw): Promise<Distinct[]> {
  const io = s.at(n)
  const model = io.model('policy')
  const random = io.random('without replacement', o.purpose)
  if (model.next !== undefined && model.dialect === 'tokens') {
    const drawn: Drawn[] = []
    const edges = await s.propose(n, { n: o.k, how: 'distinct', by: sequences(s, o, random, drawn) })
    // One edge for each draw that could be read, in their order.
    let next = 0
    return told(
      s.tree,
      drawn.map(({ fine, ...d }) => ({ ...d, edge: fine ? (edges[next++] ?? null) : null })),
    )
  }
  const t = s.tree
  await s.propose(n, { n: o.listed, how: o.how })
  const edges = t.edges(n).filter(e => !t.is(e, 'failed'))
  const weights = edges.map(e => (Number.isNaN(t.P[e]) ? t.M[e] : t.P[e]))
  const total = weights.reduce((a, b) => a + b, 0)
  const phi = weights.map(w => o.at.phi + Math.log(w / total))
  if (o.fresh)
    return told(
      s.tree,
      perturbedTopK(phi, o.k, random).map(d => ({ edge: edges[d.index], phi: d.phi, gumbel: d.gumbel })),
    )
  const gumbel = conditionedGumbels(phi, o.at.gumbel, random)
  const all = edges.map((edge, i) => ({ edge, phi: phi[i], gumbel: gumbel[i] })).filter(d => d.gumbel > Number.NEGATIVE_INFINITY)
  return top(told(t, all), o.k, d => d.gumbel)
}
/** What a draw was perturbed to is why it was drawn. */
function told<D extends Distinct>(t: Tree<any, any, any>, all: D[]): D[] {
  for (const { edge, phi, gumbel } of all) {
    if (edge === null) continue
    tell(t, 'logprob', edge, phi)
    tell(t, 'perturbed', edge, gumbel)
  }
  return all
}

interface Begun extends Perturbed {
  readonly ids: readonly number[]
}
const over = (b: Begun): boolean => b.ids.at(-1) === token.semicolon || b.ids.at(-1) === token.end

interface Drawn extends Perturbed {
  readonly fine: boolean
}

/** A policy that draws steps as sequences of tokens. @param drawn takes the values of all draws, in their order */
function sequences<S, A, Ans>(
  s: Search<S, A, Ans>,
  o: DistinctDraw,
  random: Parameters<typeof stochasticBeam>[2],
  drawn: Drawn[],
): Policy<S, A, void> {
  return {
    id: 'sequences without replacement',
    async propose(from, _, io) {
      const at: Context<S, A> = from[0]
      const model = io.model('policy')
      let prompt: number[]
      try {
        prompt = encode(
          at
            .messages({ for: 'step' }, 'tokens')
            .map(m => m.content)
            .join(' '),
        )
      } catch (e) {
        // A place that has no words in this vocabulary has no steps either.
        if (!(e instanceof Failure)) throw e
        return { draws: [], rejected: [{ text: '', why: e.message }] }
      }
      let beam: Begun[] = [{ ids: [], phi: o.at.phi, gumbel: o.fresh ? o.at.phi + random.gumbel() : o.at.gumbel }]
      for (let length = 0; length < longest && beam.some(b => !over(b)); length++) {
        const open = beam.filter(b => !over(b))
        const laws = await model.next!(open.map(b => [...prompt, ...b.ids]))
        const parents = open.map((b, i) => ({ phi: b.phi, gumbel: b.gumbel, law: logLaw(laws[i], o.temperature) }))
        const next = stochasticBeam(parents, o.k, random).map(d => ({
          ids: [...open[d.parent].ids, d.index],
          phi: d.phi,
          gumbel: d.gumbel,
        }))
        beam = top([...beam.filter(over), ...next], o.k, b => b.gumbel)
      }
      const draws: Draw<A>[] = []
      const rejected: { text: string; why: string }[] = []
      for (const b of beam) {
        const text = decode(b.ids)
        const action = (s.world.dialects?.tokens ?? s.world).parse(text, at.state, { for: 'step' })
        const refused = typeof action === 'object' && action !== null && 'reject' in action
        if (refused) rejected.push({ text, why: action.reject })
        else draws.push({ action: action as A, text, logprob: b.phi - o.at.phi, prior: Math.exp(b.phi - o.at.phi) })
        drawn.push({ phi: b.phi, gumbel: b.gumbel, fine: !refused })
      }
      return { draws, rejected }
    },
  }
}

/** Log-probabilities after the temperature. */
function logLaw(law: Float32Array, temperature: number): Float64Array {
  const weights = tempered(law, temperature, 1)
  const total = weights.reduce((a, b) => a + b, 0)
  return Float64Array.from(weights, w => Math.log(w / total))
}
