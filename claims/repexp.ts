// The order in which many samples are verified: by the elliptic bonus, at random, by k-means++ and by farthest-first.
import { attemptAt } from '../src/compose/index.ts'
import type { Policy, PureWorld, Random, Reward } from '../src/contract/index.ts'
import { average, centred } from '../src/kernel/index.ts'
import { repexp } from '../src/method/index.ts'
import { features } from '../src/reward/index.ts'
import type { Arm, Claim } from '../src/run/index.ts'

const samples = 200
const strategies = 50
/** Popularity ranks of the right strategy: the commonest, common, rare, very rare. */
const ranks = [1, 4, 11, 26]

/** An answer is a text; which strategy it follows stands in front of it, for the reward alone. */
const solutions: PureWorld<string, string, string, string> = {
  kind: 'pure',
  id: 'strategies',
  grains: ['attempt'],
  start: () => '',
  step: (_, a) => a,
  outcome: s => (s === '' ? null : { answer: s }),
  render: () => [{ role: 'user', content: 'How is it done?' }],
  parse: text => text,
}
const word = (i: number): string => `w${i.toString(36)}`

/** How much of a text is its strategy's: words of its own, in order, before others of a large vocabulary that say nothing. */
const clear = { own: 8, other: 3 }
const noisy = { own: 5, other: 8 }
const dimensions = 128

/** Texts of strategies. */
function policyOf(rng: Random, lots: readonly number[], words: typeof clear): Policy<string, string, void> {
  const own = Array.from({ length: strategies }, () => Array.from({ length: words.own }, () => word(rng.int(5000))))
  const texts = lots.map(s => [...own[s], ...Array.from({ length: words.other }, () => word(rng.int(5000)))].join(' '))
  let next = 0
  return {
    id: 'strategies',
    async propose(_from, { n }) {
      const from = next
      next += n
      return { draws: lots.slice(from, from + n).map((s, i) => ({ action: `${s + 1}|${texts[from + i]}`, text: texts[from + i] })) }
    },
  }
}
const zipf = Array.from({ length: strategies }, (_, i) => (i + 1) ** -1.2)

export const claim: Claim = {
  id: 'repexp',
  paper: repexp.paper!,
  evidence: ['repexp'],
  claim:
    'Verifying samples in the order of an elliptic bonus over their representations needs far fewer verifications to the first right one, above all on hard questions.',
  hypothesis:
    'Of 200 samples from 50 strategies (Zipf 1.2), where the right strategy is the 11th or the 26th in popularity, elliptic order needs less than half of the verifications that random order needs; where it is the commonest it needs more.',
  equal: { unit: 'toolCalls', budget: samples },
  async run(lab) {
    const items = lab.pick(100, 2)
    const needed = new Map<string, number[]>()
    const note = (order: string, rank: number, x: number) => needed.set(`${order} ${rank}`, [...(needed.get(`${order} ${rank}`) ?? []), x])
    for (let i = 0; i < items; i++) {
      const rng = lab.random('sample', i)
      const lots = Array.from({ length: samples }, () => rng.weighted(zipf))
      for (const rank of ranks) {
        // Somebody must have it; where nobody did, the last sample is turned into one that has.
        const drawn = lots.includes(rank - 1) ? lots : [...lots.slice(0, -1), rank - 1]
        const checks = async (knobs: Record<string, string>, words = clear) => {
          let count = 0
          const reward: Reward<string, string, string> = {
            id: 'verifier',
            verifies: true,
            async reward(_at, o) {
              count++
              return { value: Number(o!.answer.split('|')[0]) === rank ? 1 : 0, verified: true }
            },
          }
          const r = await lab.run(
            {
              world: solutions,
              method: repexp,
              policy: policyOf(lab.random('texts', i), drawn, words),
              reward,
              knobs: { n: samples, dimensions, ...knobs },
            },
            '',
            { seed: lab.seed * 1000 + i },
          )
          lab.spend({ toolCalls: count })
          return { count, t: r.tree }
        }
        note('random', rank, (await checks({ order: 'random' })).count)
        const { count, t } = await checks({})
        note('elliptic', rank, count)
        note('elliptic, modal first', rank, (await checks({ first: 'modal' })).count)
        if (rank === 11) note('elliptic, noisy texts', rank, (await checks({}, noisy)).count)
        const all = t.answers()
        const hs = centred(all.map(n => features(attemptAt(t, n).text!, dimensions)))
        const isRight = all.map(n => Number(t.outcome(n)!.answer.split('|')[0]) === rank)
        for (const order of ['farthest-first', 'k-means++'] as const)
          note(order, rank, spread(hs, order, lab.random(order, i, rank)).findIndex(j => isRight[j]) + 1)
      }
      if (i % 25 === 24) lab.say(`${i + 1} of ${items}`)
    }
    const arms = new Map(
      [...needed].map(([name, xs]): [string, Arm] => {
        const [, order, rank] = /^(.*) (\d+)$/.exec(name)!
        return [name, lab.arm(`${order}, right strategy of rank ${rank}`, xs, { spent: average(xs), unit: 'verifications' })]
      }),
    )
    const arm = (order: string, rank: number) => arms.get(`${order} ${rank}`)!
    /** Verifications less half of what random order needs: below 0, less than half. */
    const half = (rank: number) =>
      lab.arm(
        `half of random, rank ${rank}`,
        needed.get(`random ${rank}`)!.map(x => x / 2),
        { spent: arm('random', rank).mean / 2, unit: 'verifications' },
      )
    return {
      arms: [...arms.values()],
      findings: [
        lab.paired('rank 11: less than half of the verifications of random order', arm('elliptic', 11), half(11), { below: 0 }),
        lab.paired('rank 26: less than half of the verifications of random order', arm('elliptic', 26), half(26), { below: 0 }),
        lab.paired('rank 1: more verifications than in random order', arm('elliptic', 1), arm('random', 1), { above: 0 }),
        lab.paired('rank 4: fewer than in random order', arm('elliptic', 4), arm('random', 4), { below: 0, counts: false }),
        lab.paired('rank 11: fewer than farthest-first', arm('elliptic', 11), arm('farthest-first', 11), { below: 0, counts: false }),
        lab.paired('rank 26: fewer than farthest-first', arm('elliptic', 26), arm('farthest-first', 26), { below: 0, counts: false }),
        lab.paired('rank 11: fewer than k-means++', arm('elliptic', 11), arm('k-means++', 11), { below: 0, counts: false }),
        lab.paired(
          'rank 11, texts of which most says nothing: fewer than in random order',
          arm('elliptic, noisy texts', 11),
          arm('random', 11),
          { below: 0, counts: false },
        ),
        lab.paired('rank 1: verifying the modal sample first saves some of the loss', arm('elliptic, modal first', 1), arm('elliptic', 1), {
          below: 0,
          counts: false,
        }),
      ],
      notes: [
        'Features are hashed words and pairs of words, not hidden states: what is checked is the order, not how good a representation of a model is.',
      ],
    }
  },
}

/** All indices in an order that spreads out: the farthest from those taken, or (k-means++) drawn in proportion to the squared distance to them. */
function spread(hs: readonly ArrayLike<number>[], how: 'farthest-first' | 'k-means++', rng: Random): number[] {
  const nearest = hs.map(() => Number.POSITIVE_INFINITY)
  const left = new Set(hs.keys())
  const out: number[] = []
  for (let next = rng.int(hs.length); ; ) {
    out.push(next)
    left.delete(next)
    if (left.size === 0) return out
    for (const i of left) {
      let d = 0
      for (let j = 0; j < hs[i].length; j++) d += (hs[i][j] - hs[next][j]) ** 2
      nearest[i] = Math.min(nearest[i], d)
    }
    const rest = [...left]
    next =
      how === 'farthest-first'
        ? rest.reduce((a, b) => (nearest[b] > nearest[a] ? b : a))
        : rest[Math.max(0, rng.weighted(rest.map(i => nearest[i])))]
  }
}
