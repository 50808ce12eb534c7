// Draft trees with siblings drawn without replacement: does the text still follow the target's law, and is more of it accepted?
import type { Random } from '../src/contract/index.ts'
import { average, bootstrap, type DraftShape, DraftTree, draftSize, type Interval, verifyDraft } from '../src/kernel/index.ts'
import { bestOfN, rsd } from '../src/method/index.ts'
import { seedling, speculative } from '../src/model/index.ts'
import { draftWeights } from '../src/model/seedling/index.ts'
import type { Claim } from '../src/run/index.ts'
import { countdown, tasksCountdown } from '../src/world/index.ts'

/** Trees of twelve drafted tokens, three deep where they are trees. */
const nodes = 12
const shapes: Record<string, DraftShape> = {
  'single sequence': { kind: 'constant', branch: [1, 1, 1] },
  'i.i.d. tree': { kind: 'iid', branch: [4, 1, 1] },
  'RSD-C': { kind: 'constant', branch: [4, 1, 1] },
  'RSD-S': { kind: 'beam', width: 4, length: 3 },
}
const trees = ['i.i.d. tree', 'RSD-C', 'RSD-S'] as const
const symbols = 8

/** Laws of a random Markov chain over eight symbols, and of a draft that errs about it. */
interface Pair {
  target: Float64Array[]
  draft: Float64Array[]
}
function markov(rng: Random, sharpness: number): Pair {
  const softmax = (logits: number[], by: number): Float64Array => {
    const w = logits.map(x => Math.exp(x * by))
    const total = w.reduce((a, b) => a + b, 0)
    return Float64Array.from(w, x => x / total)
  }
  const gauss = () => Math.sqrt(-2 * Math.log(1 - rng.next())) * Math.cos(2 * Math.PI * rng.next())
  const target: Float64Array[] = []
  const draft: Float64Array[] = []
  for (let s = 0; s < symbols; s++) {
    const logits = Array.from({ length: symbols }, () => 1.5 * gauss())
    target.push(softmax(logits, 1))
    draft.push(
      softmax(
        logits.map(x => x + gauss()),
        sharpness,
      ),
    )
  }
  return { target, draft }
}

/** One draft tree and its judgement; `wrong`: siblings in the reverse of the order in which they were drawn. */
function block(p: Pair, at: number, shape: DraftShape, rng: Random, wrong = false): number[] {
  const tree = new DraftTree(shape, rng)
  const last = (n: number): number => tree.lineage(n).at(-1) ?? at
  while (tree.level.length > 0)
    tree.grow(
      tree.level.map(n => p.draft[last(n)]),
      rng,
    )
  if (wrong) for (let n = 0; n <= tree.size; n++) (tree.children(n) as number[]).reverse()
  return verifyDraft(tree, n => p.target[last(n)], rng).tokens
}

/** Pearson's statistic of the first two tokens of blocks against the target, as a standard normal (Wilson and Hilferty 1931), with its degrees of freedom. */
function chiSquare(p: Pair, shape: DraftShape, times: number, rng: Random, wrong = false): { chi: number; degrees: number } {
  const seen = new Float64Array(symbols * symbols)
  for (let i = 0; i < times; i++) {
    const [a, b = rng.weighted(Array.from(p.target[a]))] = block(p, 0, shape, rng, wrong)
    seen[a * symbols + b]++
  }
  let chi = 0
  let degrees = -1
  let rest = 0
  let restExpected = 0
  for (let i = 0; i < seen.length; i++) {
    const expected = times * p.target[0][Math.floor(i / symbols)] * p.target[Math.floor(i / symbols)][i % symbols]
    // Cells that are rare are counted as one.
    if (expected < 5) {
      rest += seen[i]
      restExpected += expected
    } else {
      chi += (seen[i] - expected) ** 2 / expected
      degrees++
    }
  }
  if (restExpected >= 1) {
    chi += (rest - restExpected) ** 2 / restExpected
    degrees++
  }
  return { chi, degrees }
}
/** A sum of independent chi-square statistics as a standard normal. */
const standard = (all: readonly { chi: number; degrees: number }[]): number => {
  const chi = all.reduce((s, x) => s + x.chi, 0)
  const k = all.reduce((s, x) => s + x.degrees, 0)
  return (Math.cbrt(chi / k) - (1 - 2 / (9 * k))) / Math.sqrt(2 / (9 * k))
}

export const claim: Claim = {
  id: 'rsd',
  paper: rsd.paper!,
  evidence: ['rsd', 'speculative'],
  claim:
    'Drafting trees whose siblings are drawn without replacement keeps the target law exactly, and says more tokens a pass of the target than trees drawn with replacement or a single sequence.',
  hypothesis:
    'On random Markov chains of eight symbols the tokens of RSD-C and RSD-S follow the target (and do not, if siblings are judged out of order); at equal drafted tokens both say more a pass than an i.i.d. tree, the more so where the draft is peaked; so they do for the seedling with its draft.',
  equal: { unit: 'drafted tokens a pass', budget: nodes },
  async run(lab) {
    // (a) The law. Three kinds of tree, on chains of their own.
    const chains = lab.pick(24, 4)
    const times = lab.pick(4000, 400)
    const law = (shape: DraftShape, name: string, wrong = false) =>
      standard(
        Array.from({ length: chains }, (_, i) => {
          const rng = lab.random('law', name, i)
          return chiSquare(markov(rng, [0.5, 1, 2][i % 3]), shape, times, rng, wrong)
        }),
      )
    const z = Object.fromEntries(trees.map(t => [t, law(shapes[t], t)]))
    const reversed = law(shapes['RSD-C'], 'reversed', true)
    lab.say('the law is measured')

    // (b) Tokens a pass on random chains: flat drafts, and peaked ones.
    const items = lab.pick(100, 12)
    const blocks = lab.pick(400, 60)
    const sharp = [0.6, 2]
    const measured = Object.keys(shapes).map(name => ({
      name,
      byDraft: sharp.map(by =>
        Array.from({ length: items }, (_, i) => {
          const p = markov(lab.random('chain', i), by)
          const rng = lab.random('blocks', name, by, i)
          let at = 0
          let said = 0
          for (let b = 0; b < blocks; b++) {
            const tokens = block(p, at, shapes[name], rng)
            said += tokens.length
            at = tokens[tokens.length - 1]
          }
          return said / blocks
        }),
      ),
    }))
    const arms = measured.flatMap(({ name, byDraft }) =>
      byDraft.map((values, j) =>
        lab.arm(`${name}, ${j === 0 ? 'flat' : 'peaked'} draft`, values, { spent: draftSize(shapes[name]), unit: 'tokens a pass' }),
      ),
    )
    const arm = (name: string): (typeof arms)[number] => arms.find(a => a.name === name)!

    // (c) The seedling with its draft, on puzzles that neither was trained on.
    const puzzles = tasksCountdown({ n: lab.pick(100, 2), size: 4, split: 'test', seed: lab.seed })
    const seeds = await Promise.all(
      Object.entries(shapes).map(async ([name, shape]) => {
        const model = speculative(seedling(), seedling(draftWeights, { id: 'seedling@draft' }), shape)
        const values: number[] = []
        const solved: number[] = []
        for (const { task } of puzzles) {
          const before = { ...model.speculation }
          const r = await lab.run({ world: countdown, method: bestOfN, model, knobs: { n: 8, untilSolved: false } }, task)
          const now = model.speculation
          values.push((now.said - before.said) / (now.passes - before.passes))
          solved.push(r.solved ? 1 : 0)
        }
        const { drafted, passes } = model.speculation
        return { solved: average(solved), arm: lab.arm(`${name}, seedling`, values, { spent: drafted / passes, unit: 'tokens a pass' }) }
      }),
    )
    arms.push(...seeds.map(x => x.arm))

    // How much more without replacement, peaked against flat drafts: one difference of differences a chain.
    const gain = (kind: string, draft: string) =>
      arm(`${kind}, ${draft} draft`).values!.map((x, i) => x - arm(`i.i.d. tree, ${draft} draft`).values![i])
    const peaked = gain('RSD-S', 'peaked')
    const wider = gain('RSD-S', 'flat').map((x, i) => peaked[i] - x)
    const around = (x: number): Interval => [x - 1.96, x + 1.96]
    const fits = (name: (typeof trees)[number]) =>
      lab.finding(`${name}: what is said follows the target (chi-square as a standard normal)`, {
        effect: z[name],
        interval: around(z[name]),
        below: 6,
      })
    return {
      arms,
      findings: [
        lab.paired(
          'RSD-S says more a pass than an i.i.d. tree of as many tokens, flat draft',
          arm('RSD-S, flat draft'),
          arm('i.i.d. tree, flat draft'),
          { above: 0, least: 0.02 },
        ),
        lab.paired('RSD-C does, flat draft', arm('RSD-C, flat draft'), arm('i.i.d. tree, flat draft'), { above: 0, least: 0.02 }),
        lab.paired('RSD-S does, peaked draft', arm('RSD-S, peaked draft'), arm('i.i.d. tree, peaked draft'), { above: 0, least: 0.02 }),
        lab.paired('RSD-C does, peaked draft', arm('RSD-C, peaked draft'), arm('i.i.d. tree, peaked draft'), { above: 0, least: 0.02 }),
        lab.finding('the gain of RSD-S is greater where the draft is peaked', {
          effect: average(wider),
          interval: bootstrap(wider, average, lab.random('wider')),
          above: 0,
        }),
        lab.paired('RSD-S says more a pass than an i.i.d. tree, seedling', arm('RSD-S, seedling'), arm('i.i.d. tree, seedling'), {
          above: 0,
          least: 0.02,
        }),
        lab.paired('RSD-C does, seedling', arm('RSD-C, seedling'), arm('i.i.d. tree, seedling'), { above: 0, least: 0.02 }),
        fits('RSD-C'),
        fits('RSD-S'),
        lab.finding('judged in the reverse of the order of draw, it does not follow the target: the test would see it', {
          effect: reversed,
          interval: around(reversed),
          above: 6,
        }),
        lab.paired(
          'RSD-S says more a pass than a single sequence of the same length, seedling',
          arm('RSD-S, seedling'),
          arm('single sequence, seedling'),
          { above: 0, counts: false },
        ),
        lab.paired('RSD-S against RSD-C, flat draft', arm('RSD-S, flat draft'), arm('RSD-C, flat draft'), { above: 0, counts: false }),
        lab.paired('RSD-S against RSD-C, peaked draft', arm('RSD-S, peaked draft'), arm('RSD-C, peaked draft'), {
          above: 0,
          counts: false,
        }),
        lab.paired('RSD-S against RSD-C, seedling', arm('RSD-S, seedling'), arm('RSD-C, seedling'), { above: 0, counts: false }),
      ],
      notes: [
        `The law with replacement (i.i.d. tree), as a standard normal: ${z['i.i.d. tree'].toFixed(2)}.`,
        `Eight attempts at ${puzzles.length} puzzles by the seedling solved ${seeds.map((x, i) => `${(100 * x.solved).toFixed(0)} % (${Object.keys(shapes)[i]})`).join(', ')}: one law, other draws.`,
        'A single sequence is three drafted tokens long and so spends less than the trees; it is told beside them.',
        'Only tokens a pass are compared. On a CPU a pass over thirteen prefixes costs the embedded engine about thirteen times one: here nothing is faster by it.',
      ],
    }
  },
}
