// LID: ways that missed their goal, told again as ways to where they came.
import { type AddressedRandom, average } from '../src/kernel/index.ts'
import { TabularPolicy } from '../src/learn/from-trees.ts'
import { litePpo } from '../src/loop/group-loops.ts'
import { lidLoop } from '../src/loop/lid.ts'
import { restEm } from '../src/loop/rest-em.ts'
import type { Harvest, LoopRows, LoopSpec } from '../src/loop/spec.ts'
import type { Claim, Lab } from '../src/run/index.ts'
import { answerOf, type Drill, drills, harvested, inSteps, over, type Pupil, type Said, study, whole } from './fixture/drill.ts'

/** A square of places; a walk begins in its middle. */
interface Square {
  readonly side: number
  readonly steps: number
}
const small: Square = { side: 11, steps: 12 }
const large: Square = { side: 21, steps: 20 }
const walks = 16
const goals = 16
const rounds = 10
const budget = rounds * goals * walks

const moves = [
  [1, 0],
  [-1, 0],
  [0, 1],
  [0, -1],
] as const
const after = ({ side }: Square, said: readonly number[]): readonly [x: number, y: number] => {
  let [x, y] = [(side - 1) / 2, (side - 1) / 2]
  for (const m of said) {
    x = Math.min(side - 1, Math.max(0, x + moves[m][0]))
    y = Math.min(side - 1, Math.max(0, y + moves[m][1]))
  }
  return [x, y]
}
/** A goal is two conditions at once, a column and a row. */
const drillTo = (q: Square, x: number, y: number): Drill => ({
  id: `${x} ${y}`,
  ask: [x, y],
  length: q.steps,
  early: true,
  right(said) {
    const at = after(q, said)
    return at[0] === x && at[1] === y
  },
})
/** What a walk achieved: the task that asks for the place where it is. */
const regoalIn =
  (q: Square) =>
  ({ said }: Said): { start: Said; goal: string } => {
    const [x, y] = after(q, said)
    return { start: drills.start(drillTo(q, x, y)), goal: `${x} ${y}` }
  }
/** Where the goal lies from here: so that what is learnt of one goal helps with others. */
const pupilOf = (q: Square): Pupil => ({
  table: new TabularPolicy(moves.length),
  reads([x, y], said) {
    const at = after(q, said)
    return `${x - at[0]} ${y - at[1]}`
  },
})
/** The chance to reach a goal: the law of the place is carried along, step by step. */
function reaching(q: Square, { table, reads }: Pupil, d: Drill): number {
  let here = new Map<string, { said: readonly number[]; p: number }>([['', { said: [], p: 1 }]])
  let done = 0
  for (let t = 0; t < d.length; t++) {
    const next = new Map<string, { said: readonly number[]; p: number }>()
    for (const { said, p } of here.values()) {
      const law = table.law(reads(d.ask, said))
      for (const m of moves.keys()) {
        const on = [...said, m]
        const share = p * Math.exp(law[m])
        if (d.right(on)) done += share
        else {
          const key = after(q, on).join(' ')
          next.set(key, { said: on, p: share + (next.get(key)?.p ?? 0) })
        }
      }
    }
    here = next
  }
  return done
}

function train(
  lab: Lab,
  k: number,
  kind: 'hindsight' | 'successes alone' | 'policy gradient',
  n: number,
  q: Square,
): { success: number; rows: number } {
  const random = lab.random('world', k) as AddressedRandom
  const all = Array.from({ length: q.side ** 2 }, (_, i) => drillTo(q, i % q.side, Math.floor(i / q.side))).filter(d => !over(d, []))
  const drawn = random.shuffle(all)
  const [held, tasks] = [drawn.slice(0, 40), drawn.slice(40)]
  const pupil = pupilOf(q)
  const spec: LoopSpec = kind === 'hindsight' ? lidLoop : kind === 'successes alone' ? restEm : litePpo
  const temperature = lidLoop.search.sampling!.temperature!
  let rows = 0
  for (let round = 1; round <= n; round++) {
    const some = lab.random('goals', k, round).shuffle(tasks).slice(0, goals)
    const trees = some.map((d): Harvest => {
      const draw = lab.random('walks', k, kind, round, d.id)
      // A policy gradient needs walks of the policy as it is.
      const o = kind === 'policy gradient' ? {} : { temperature }
      const said = Array.from({ length: walks }, () => answerOf(pupil, d, draw, o))
      return harvested(d, kind === 'hindsight' ? inSteps(said) : whole(said))
    })
    const made: LoopRows = spec.rows(trees, {
      round,
      entry: { world: drills, regoal: regoalIn(q) } as never,
      random: lab.random('rows', k, round),
      again: [],
      hinted: [],
      settings: {},
    })
    rows += made.policy.length
    const rate = kind === 'policy gradient' ? 1500 : 150
    study(pupil, made.policy, { losses: spec.policy!.losses!, epochs: kind === 'policy gradient' ? 1 : 2, batch: 64, rate, seed: round })
  }
  return { success: average(held.map(d => reaching(q, pupil, d))), rows: rows / Math.max(1, n) }
}

export const claim: Claim = {
  id: 'lid',
  paper: lidLoop.paper,
  evidence: ['lid'],
  claim:
    'Without demonstrations a policy learns goals from its own exploration: ways that failed are relabelled with the goal that they reached, and cloned together with what succeeded.',
  hypothesis:
    'From a policy that walks at random, over as many walks, cloning with relabelled ways reaches goals that it was never given more often than cloning successes alone, and than a policy gradient over the same groups.',
  equal: { unit: 'walks', budget },
  async run(lab) {
    const repeats = lab.pick(16, 2)
    const n = lab.pick(rounds, 2)
    const of = (kind: Parameters<typeof train>[2], rounds: number, q = small) => {
      const out = Array.from({ length: q === small ? repeats : repeats / 2 }, (_, k) => train(lab, k, kind, rounds, q))
      lab.say(`${kind}: ${average(out.map(x => x.success)).toFixed(3)}`)
      return out
    }
    const [before, hindsight, alone, gradient] = [
      of('hindsight', 0),
      of('hindsight', n),
      of('successes alone', n),
      of('policy gradient', n),
    ]
    const [far, farAlone, farGradient] = (['hindsight', 'successes alone', 'policy gradient'] as const).map(kind => of(kind, n, large))
    const arm = (name: string, xs: typeof before, spent: number) =>
      lab.arm(
        `${name}: new goals reached`,
        xs.map(x => x.success),
        { spent, unit: 'share' },
      )
    const spent = n * goals * walks
    const [a, b, c, d] = [
      arm('walking at random', before, 0),
      arm('cloning with relabelled ways', hindsight, spent),
      arm('cloning successes alone', alone, spent),
      arm('policy gradient', gradient, spent),
    ]
    const [e, f, g] = [
      arm('21 x 21, cloning with relabelled ways', far, spent),
      arm('21 x 21, cloning successes alone', farAlone, spent),
      arm('21 x 21, policy gradient', farGradient, spent),
    ]
    const o = { above: 0, least: 0.05 }
    return {
      arms: [a, b, c, d, e, f, g],
      findings: [
        lab.paired('relabelled ways reach more new goals than successes alone', b, c, o),
        lab.paired('they reach more than a policy gradient', b, d, o),
        lab.paired('in a square of 21 x 21: more than successes alone', e, f, { ...o, counts: false }),
        lab.paired('in a square of 21 x 21: more than a policy gradient', e, g, { ...o, counts: false }),
        lab.paired('successes alone reach more than walking at random', c, a, { ...o, counts: false }),
      ],
      notes: [
        `Rows learnt from in a round: ${average(hindsight.map(x => x.rows)).toFixed(0)} with relabelled ways, ${average(alone.map(x => x.rows)).toFixed(0)} of successes alone, ${average(gradient.map(x => x.rows)).toFixed(0)} of groups that have both.`,
        'A square of 11 x 11 places, at most 12 steps from its middle, and a goal is a column and a row at once. The policy is a table that reads where the goal lies from where it stands, so what it learns of one goal holds for others. No language model, and no demonstrations to begin with.',
        'Rates are the best of four or five for each kind of training, on seeds of their own. At lower ones, which are too low for all three, relabelled ways are ahead of a policy gradient. The larger square, where a goal is seldom met by chance, was added after that was seen, and does not count.',
      ],
    }
  },
}
