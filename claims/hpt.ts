// HPT: imitation where all of a policy's own answers fail, reinforcement where one succeeds, against each alone and one after the other.
import { type AddressedRandom, average } from '../src/kernel/index.ts'
import type { LossPlan, TuneRow } from '../src/learn/from-trees.ts'
import { hpt } from '../src/loop/mixed-loops.ts'
import { type Harvest, successOf } from '../src/loop/spec.ts'
import type { Claim, Lab } from '../src/run/index.ts'
import { answerOf, drills, harvested, inSteps, study, whole } from './fixture/drill.ts'
import { inStyle, longest, styles, successIn } from './fixture/styles.ts'

const batch = 16
const group = 8
const rounds = 40
const budget = rounds * batch * group

type Kind = 'hpt' | 'reinforcement' | 'imitation' | 'one after the other' | 'both everywhere'
/** What is learnt of a round: the loop's own rows, with and without one of its halves. */
function rowsOf(
  kind: Kind,
  late: boolean,
  trees: readonly Harvest[],
  demos: readonly Harvest[],
  random: AddressedRandom,
): readonly TuneRow[] {
  const rows = (trees: readonly Harvest[], again: readonly Harvest[]) =>
    hpt.rows(trees, { round: 1, entry: { world: drills } as never, random, again, hinted: [], settings: {} }).policy
  if (kind === 'reinforcement' || (kind === 'one after the other' && late)) return rows(trees, [])
  if (kind === 'imitation' || kind === 'one after the other') return rows([], demos)
  if (kind === 'both everywhere') return rows(trees, demos)
  return rows(
    trees,
    demos.filter((_, i) => hpt.again!.when(trees[i])),
  )
}
interface Trained {
  readonly success: number
  /** Share of the problems where all answers fail, in each quarter. */
  readonly failing: readonly number[]
}
function train(lab: Lab, k: number, kind: Kind, n: number): Trained {
  const random = lab.random('world', k) as AddressedRandom
  const w = styles(random)
  const order = lab.random('order', k).shuffle(w.problems)
  // As long as the longest answer, in place of the loop's 32 words.
  const losses = hpt.policy!.losses!.map((l): LossPlan => (l.id === 'dr-grpo' ? { ...l, options: { length: longest } } : l))
  const failing: number[] = []
  for (let round = 1; round <= n; round++) {
    const tasks = Array.from({ length: batch }, (_, i) => order[((round - 1) * batch + i) % order.length])
    const trees = tasks.map(d => {
      const draw = lab.random('answers', k, kind, round, d.id)
      return harvested(d, whole(Array.from({ length: group }, () => answerOf(w.pupil, d, draw))))
    })
    failing.push(average(trees.map(h => (successOf(h) > 0 ? 0 : 1))))
    const demos = tasks.map(d => harvested(d, inSteps([inStyle(w.code, d, 1)])))
    study(w.pupil, rowsOf(kind, round > n / 2, trees, demos, random), { losses, batch: 64, rate: 40, seed: round })
  }
  const quarter = Math.ceil(n / 4)
  return {
    success: average(w.held.map(d => successIn(w, d))),
    failing: [0, 1, 2, 3].map(q => average(failing.slice(q * quarter, (q + 1) * quarter))),
  }
}

export const claim: Claim = {
  id: 'hpt',
  paper: hpt.paper,
  evidence: ['hpt'],
  claim:
    'Imitating a demonstration only where all of the policy’s own answers fail, and reinforcing where one succeeds, is better than either alone and than one after the other: what fails altogether shrinks first.',
  hypothesis:
    'Over as many problems, with an expert who writes in another style than the policy, the gate solves more new problems than reinforcement alone, imitation alone, and imitation for the first half and reinforcement for the second.',
  equal: { unit: 'answers', budget },
  async run(lab) {
    const repeats = lab.pick(16, 2)
    const n = lab.pick(rounds, 4)
    const of = (kind: Kind, rounds: number): Trained[] => {
      const out = Array.from({ length: repeats }, (_, k) => train(lab, k, kind, rounds))
      lab.say(`${kind}: ${average(out.map(x => x.success)).toFixed(3)}`)
      return out
    }
    const before = of('hpt', 0)
    const kinds = ['hpt', 'reinforcement', 'imitation', 'one after the other', 'both everywhere'] as const
    const all = kinds.map(kind => of(kind, n))
    const arm = (name: string, xs: readonly Trained[], spent: number) =>
      lab.arm(
        `${name}: new problems solved`,
        xs.map(x => x.success),
        { spent, unit: 'share' },
      )
    const arms = all.map((xs, i) => arm(kinds[i], xs, kinds[i] === 'imitation' ? 0 : n * batch * group))
    const [gate, rl, sft, after, both] = arms
    const o = { above: 0, least: 0.02 }
    const told = (xs: readonly Trained[]) => [0, 1, 2, 3].map(q => average(xs.map(x => x.failing[q])).toFixed(2)).join(', ')
    return {
      arms: [arm('before', before, 0), ...arms],
      findings: [
        lab.paired('the gate solves more new problems than reinforcement alone', gate, rl, { above: 0, least: 0.05 }),
        lab.paired('more than imitation alone', gate, sft, o),
        lab.paired('more than imitation and then reinforcement', gate, after, o),
        lab.paired('more than both for every problem', gate, both, { ...o, counts: false }),
      ],
      notes: [
        `Share of the problems of which all answers fail, by quarters of the training: the gate ${told(all[0])}; reinforcement ${told(all[1])}; one after the other ${told(all[3])}.`,
        'A problem is a list of two to four skills, a right number for each in each of two styles, and an answer must keep to one. Demonstrations are right answers in the expert’s style, one a problem. Imitation alone has a demonstration of every problem and pays for no answer; all see the same problems in the same order. One rate for all, the one of three at which neither reinforcement alone nor imitation alone was at its end, on seeds of their own.',
      ],
    }
  },
}
