// CHORD: imitation and reinforcement in one loss, whose weights move over the training and whose words are weighed, against one after the other.
import { type AddressedRandom, average } from '../src/kernel/index.ts'
import type { LossPlan, TuneRow } from '../src/learn/from-trees.ts'
import { chord } from '../src/loop/mixed-loops.ts'
import type { Claim, Lab } from '../src/run/index.ts'
import { answerOf, drills, harvested, inSteps, study, whole } from './fixture/drill.ts'
import { inStyle, styles, successIn } from './fixture/styles.ts'

const batch = 16
const group = 8
const rounds = 40
const budget = rounds * batch * group

const imitation: LossPlan = { id: 'sft', on: 'demo' }
const reinforcement: LossPlan = { id: 'grpo', on: 'policy' }
type Kind = 'chord' | 'chord without phi' | 'fixed weights' | 'reinforcement' | 'imitation' | 'one after the other'
function lossesOf(kind: Kind, late: boolean): readonly LossPlan[] {
  if (kind === 'chord') return chord.policy!.losses!
  if (kind === 'chord without phi') return chord.policy!.losses!.map(l => (l.id === 'phi' ? { ...l, id: 'sft' } : l))
  if (kind === 'fixed weights')
    return [
      { ...imitation, weight: 0.25 },
      { ...reinforcement, weight: 0.75 },
    ]
  return kind === 'reinforcement' || (kind === 'one after the other' && late) ? [reinforcement] : [imitation]
}
interface Trained {
  readonly success: number
  /** How far it fell below where it began, at its lowest. */
  readonly dip: number
}
function train(lab: Lab, k: number, kind: Kind, n: number): Trained {
  const random = lab.random('world', k) as AddressedRandom
  const w = styles(random)
  const order = lab.random('order', k).shuffle(w.problems)
  const measured = (): number => average(w.held.map(d => successIn(w, d)))
  const curve = [measured()]
  let before = 0
  for (let round = 1; round <= n; round++) {
    const tasks = Array.from({ length: batch }, (_, i) => order[((round - 1) * batch + i) % order.length])
    const trees = tasks.map(d => {
      const draw = lab.random('answers', k, kind, round, d.id)
      return harvested(d, whole(Array.from({ length: group }, () => answerOf(w.pupil, d, draw))))
    })
    const again = tasks.map(d => harvested(d, inSteps([inStyle(w.code, d, 1)])))
    const { policy } = chord.rows(trees, { round, entry: { world: drills } as never, random, again, hinted: [], settings: {} })
    const losses = lossesOf(kind, round > n / 2)
    const some = policy.filter((r: TuneRow) => losses.some(l => r.segment.some(s => s === l.on)))
    before += study(w.pupil, some, { losses, batch: 64, rate: 40, seed: round, before })
    curve.push(measured())
  }
  return { success: curve.at(-1)!, dip: curve[0] - Math.min(...curve) }
}

export const claim: Claim = {
  id: 'chord',
  paper: chord.paper,
  evidence: ['chord', 'phi'],
  claim:
    'Imitation as a part of the policy’s own objective, with a weight that fades and silent where a word is known or impossible, avoids the shift and the relearning of imitation followed by reinforcement, and ends higher.',
  hypothesis:
    'Over as many problems, with an expert who writes in another style than the policy, CHORD solves more new problems than reinforcement alone, imitation alone, and imitation for the first half and reinforcement for the second, and falls less below its beginning than the last.',
  equal: { unit: 'answers', budget },
  async run(lab) {
    const repeats = lab.pick(16, 2)
    const n = lab.pick(rounds, 4)
    const kinds = ['chord', 'reinforcement', 'imitation', 'one after the other', 'fixed weights', 'chord without phi'] as const
    const all = kinds.map(kind => {
      const out = Array.from({ length: repeats }, (_, k) => train(lab, k, kind, n))
      lab.say(`${kind}: ${average(out.map(x => x.success)).toFixed(3)}`)
      return out
    })
    const arm = (i: number, what: keyof Trained) =>
      lab.arm(
        `${kinds[i]}: ${what === 'success' ? 'new problems solved' : 'fall below its beginning'}`,
        all[i].map(x => x[what]),
        { spent: kinds[i] === 'imitation' ? 0 : n * batch * group, unit: 'share' },
      )
    const arms = kinds.map((_, i) => arm(i, 'success'))
    const dips = kinds.map((_, i) => arm(i, 'dip'))
    const o = { above: 0, least: 0.02 }
    return {
      arms: [...arms, ...dips],
      findings: [
        lab.paired('CHORD solves more new problems than reinforcement alone', arms[0], arms[1], { above: 0, least: 0.05 }),
        lab.paired('more than imitation alone', arms[0], arms[2], o),
        lab.paired('more than imitation and then reinforcement', arms[0], arms[3], o),
        lab.paired('it falls less below its beginning than imitation and then reinforcement', dips[0], dips[3], { below: 0, least: 0.01 }),
        lab.paired('more than the same weights without phi', arms[0], arms[5], { ...o, counts: false }),
        lab.paired('more than fixed weights of 1/4 and 3/4', arms[0], arms[4], { ...o, counts: false }),
      ],
      notes: [
        'A problem is a list of two to four skills, a right number for each in each of two styles, and an answer must keep to one. Demonstrations are right answers in the expert’s style, one a problem. Imitation alone has a demonstration of every problem and pays for no answer; all see the same problems in the same order, and have the rate of the experiment on hpt.',
        'Studied once: the same weights without phi were added after the first run, and do not count. A word of another style is nearly impossible to begin with, and phi is silent there.',
        'Demonstrations are clean and their skills come again, so that imitation has little harm to do here; the paper sees it overfit.',
      ],
    }
  },
}
