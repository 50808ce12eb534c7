// Speculative decoding: a language model made of two. The small one drafts a tree of tokens, the large one judges it in one pass; what is said follows the large
// one's law exactly (recursive speculative decoding, Jeon et al. 2024, arXiv:2402.14160).
import type { Live, Message, Provider, Random, Sample, Sampling } from '../contract/index.ts'
import { type DraftShape, DraftTree, draftSize, Failure, verifyDraft } from '../kernel/index.ts'
import { certainty, decode, encode, tempered, token } from './seedling/index.ts'

/** What was done so far, over all samples. */
export interface Speculation {
  /** Passes of the target: one for each draft tree. */
  passes: number
  /** Drafted tokens that the target judged. */
  drafted: number
  /** Tokens said. `said / passes` is the block efficiency; without a draft it is 1. */
  said: number
}
export interface Speculative extends Provider {
  readonly speculation: Readonly<Speculation>
}
type Next = NonNullable<Provider['next']>

/** Ids of a stop string; null where it has a word the models cannot say. */
function stopIds(text: string): number[] | null {
  try {
    return encode(text)
  } catch {
    return null
  }
}
const normalised = (weights: readonly number[]): Float64Array => {
  const total = weights.reduce((a, b) => a + b, 0)
  return Float64Array.from(weights, w => w / total)
}

/**
 * A provider that says what `target` would say, in fewer passes of it.
 *
 * 1. The draft grows a tree after the text so far: siblings without replacement, by fresh Gumbels (`constant`, RSD-C) or by stochastic beam search (`beam`,
 *    RSD-S); `iid` with replacement, for comparison.
 * 2. The target gives its law after every node at once.
 * 3. Recursive rejection goes down the tree; one more token comes from the residual law, or after the last accepted token.
 *
 * Temperature and top-p shape both laws alike. A sample is a function of its address, as the target's own are, but not the same function: it is another draw
 * from the same law. Usage is that of the target speaking alone; what the draft reads is free of charge, and told by `speculation`.
 *
 * @param target @param draft models of one vocabulary, that of the seedling, which give full next-token laws (`next`)
 * @param shape of the draft tree; default: stochastic beam of width 4 and length 3
 * @throws Failure (usage) where one of them gives no laws, or they speak different dialects
 */
export function speculative(target: Provider, draft: Provider, shape: DraftShape = { kind: 'beam', width: 4, length: 3 }): Speculative {
  for (const p of [target, draft])
    if (p.next === undefined || p.dialect !== 'tokens')
      throw new Failure(
        'usage',
        `speculative decoding needs models that give the law of the next token, found ${p.id}`,
        'take --model speculative:seedling,seedling@draft',
      )
  if (draftSize(shape) < 1)
    throw new Failure('usage', 'speculative decoding needs a draft of at least one token', 'give it a width and a length')
  const [targetLaws, draftLaws] = [target.next!.bind(target), draft.next!.bind(draft)] as [Next, Next]
  const done: Speculation = { passes: 0, drafted: 0, said: 0 }
  const ends: ReadonlySet<number> = new Set([token.end])

  /** One sample: rounds of a draft and its judgement until it has ended. */
  async function say(
    prompt: readonly number[],
    o: Sampling,
    most: number,
    stops: readonly number[][],
    rng: Random,
    live: Live,
  ): Promise<Sample> {
    const { temperature = 1, topP = 1 } = o
    const probabilities = (law: Float32Array): Float64Array => normalised(tempered(law, temperature, topP))
    const said: { id: number; logprob: number; certainty: number }[] = []
    const ended = (): boolean =>
      said.at(-1)?.id === token.end ||
      stops.some(s => s.length > 0 && s.length <= said.length && s.every((id, i) => said[said.length - s.length + i].id === id))
    while (said.length < most) {
      live.signal.throwIfAborted()
      const before = [...prompt, ...said.map(w => w.id)]
      const left = most - said.length
      // The last token of a sample needs no draft: the pass that judges says one more than it was given.
      const tree = new DraftTree(
        shape.kind === 'beam'
          ? { ...shape, length: Math.min(shape.length, left - 1) }
          : { ...shape, branch: shape.branch.slice(0, left - 1) },
        rng,
      )
      while (tree.level.length > 0) {
        const { laws } = await draftLaws(
          tree.level.map(n => [...before, ...tree.lineage(n)]),
          live,
        )
        tree.grow(laws.map(probabilities), rng, ends)
      }
      const { laws } = await targetLaws(
        Array.from({ length: tree.size + 1 }, (_, n) => [...before, ...tree.lineage(n)]),
        live,
      )
      const { tokens, nodes } = verifyDraft(tree, n => probabilities(laws[n]), rng)
      done.passes++
      done.drafted += tree.size
      for (const [i, id] of tokens.entries()) {
        const law = laws[nodes[i]]
        said.push({ id, logprob: law[id], certainty: certainty(law) })
        done.said++
        if (ended()) return sample(said, 'stop')
      }
    }
    return sample(said, 'cut')
  }

  return {
    ...target,
    id: `speculative:${target.id},${draft.id}`,
    can: target.can.filter(x => x !== 'fork'),

    speculation: done,
    async sample(messages: readonly Message[], sampling, live) {
      live.signal.throwIfAborted()
      const prompt = encode(messages.map(m => m.content).join(' '))
      const bound = target.max(messages, { ...sampling, n: 1 })
      const stops = (sampling.stop ?? []).map(stopIds).filter(s => s !== null)
      const samples = await Promise.all(
        Array.from({ length: sampling.n }, (_, i) =>
          say(prompt, sampling, bound.outputTokens ?? sampling.max ?? 0, stops, live.randomAt(live.index + i), live),
        ),
      )
      const outputTokens = samples.reduce((sum, s) => sum + s.tokens!.length, 0)
      return {
        samples: sampling.logprobs === false ? samples.map(({ tokens: _, ...rest }) => rest) : samples,
        usage: { calls: sampling.n, requests: 1, inputTokens: prompt.length, outputTokens },
      }
    },
    async close() {
      await target.close?.()
      await draft.close?.()
    },
  }
}

const sample = (words: NonNullable<Sample['tokens']>, finish: Sample['finish']): Sample => ({
  text: decode(words.map(w => w.id)),
  tokens: [...words],
  finish,
})
