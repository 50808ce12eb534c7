// MoPPS: problems chosen by a belief about each, kept from the answers that training pays for anyway.
import { type AddressedRandom, average } from '../src/kernel/index.ts'
import { litePpo } from '../src/loop/group-loops.ts'
import { type Beliefs, believed, chooseProblems } from '../src/loop/select.ts'
import { type Harvest, successOf } from '../src/loop/spec.ts'
import type { Claim, Lab } from '../src/run/index.ts'
import { answerOf, type Drill, drills, harvested, study, whole } from './fixture/drill.ts'
import { skills, successOn } from './fixture/skills.ts'

/** Problems of a round, and answers to each. */
const batch = 16
const group = 8
const rounds = 40
const budget = rounds * batch * group
/** Candidates that are answered for each that is learnt from, where one looks first. */
const candidates = 4

type Chosen = 'order' | 'mopps' | 'look first' | 'mean'
interface Trained {
  readonly success: number
  /** Share of the groups with right and wrong answers. */
  readonly mixed: number
  readonly answers: number
}

/** One training of a policy, and what it can do on problems that it has never seen. */
function train(lab: Lab, k: number, chosen: Chosen, n: number, pool = 400): Trained {
  const random = lab.random('world', k) as AddressedRandom
  const world = skills(random, { count: 40, actions: 8, ease: [2.5, 2.5] })
  const problems = world.drills(pool, 'train', { least: 1, most: 6 }).map(task => ({ id: task.id, task }))
  const held = world.drills(200, 'test', { least: 1, most: 6 })
  const pupil = world.pupil()
  let beliefs: Beliefs = {}
  const answered = (task: Drill, what: string, round: number): Harvest => {
    const draw = lab.random('answers', k, what, round, task.id)
    return harvested(task, whole(Array.from({ length: group }, () => answerOf(pupil, task, draw))))
  }
  const isMixed = (h: Harvest): boolean => successOf(h) > 0 && successOf(h) < 1
  let [mixed, groups, answers] = [0, 0, 0]
  for (let round = 1; round <= n; round++) {
    const common = { seed: lab.seed + 1000 * k, round, beliefs, prompts: null, rank: null, m: batch }
    const order = chooseProblems(problems, { ...common, select: chosen === 'mopps' ? 'mopps' : 'order' })
    let trees: Harvest[]
    if (chosen === 'look first') {
      const some = lab
        .random('candidates', k, round)
        .shuffle(problems)
        .slice(0, candidates * batch)
      trees = some.map(p => answered(p.task, chosen, round))
      answers += trees.length * group
      trees = trees.filter(isMixed).slice(0, batch)
    } else if (chosen === 'mean') {
      // No draw: the mean of the belief, nearest to one half.
      const mean = (id: string): number => (beliefs[id] === undefined ? 0.5 : beliefs[id][0] / (beliefs[id][0] + beliefs[id][1]))
      const some = problems.toSorted((a, b) => Math.abs(mean(a.id) - 0.5) - Math.abs(mean(b.id) - 0.5)).slice(0, batch)
      trees = some.map(p => answered(p.task, chosen, round))
      answers += trees.length * group
    } else {
      trees = order.slice(0, batch).map(p => answered(p.task, chosen, round))
      answers += trees.length * group
    }
    groups += trees.length
    mixed += trees.filter(isMixed).length
    beliefs = believed(beliefs, trees)
    const { policy } = litePpo.rows(trees, {
      round,
      entry: { world: drills } as never,
      random,
      again: [],
      hinted: [],
      settings: {},
    })
    study(pupil, policy, { losses: litePpo.policy!.losses!, batch: 64, rate: 10, seed: round })
  }
  return { success: average(held.map(d => successOn(pupil, d, world.code))), mixed: mixed / Math.max(1, groups), answers }
}

export const claim: Claim = {
  id: 'mopps',
  paper: {
    title: 'Can Prompt Difficulty be Online Predicted for Accelerating RL Finetuning of Reasoning Models?',
    id: 'arXiv:2507.04632',
    dossier: 'mopps',
  },
  evidence: ['mopps'],
  claim:
    'A belief about the success on each problem, drawn from it by Thompson sampling, finds problems that are neither too easy nor too hard without extra answers: training is faster than on problems as they come, and as good as where candidates are answered first.',
  hypothesis:
    'Over as many answers, problems that MoPPS chooses have right and wrong answers more often than problems as they come, and the policy solves more new problems than with either those or with candidates answered first; over as many rounds, where the latter pays four times as much, it solves hardly less.',
  equal: { unit: 'answers', budget },
  async run(lab) {
    const repeats = lab.pick(30, 2)
    const n = lab.pick(rounds, 4)
    const of = (chosen: Chosen, rounds: number, pool?: number): Trained[] => {
      const out = Array.from({ length: repeats }, (_, k) => train(lab, k, chosen, rounds, pool))
      lab.say(`${chosen}, ${rounds} rounds: ${average(out.map(x => x.success)).toFixed(3)}`)
      return out
    }
    const before = of('order', 0)
    const order = of('order', n)
    const mopps = of('mopps', n)
    const mean = of('mean', n)
    const few = of('look first', n / candidates)
    const many = of('look first', n)
    const [fewOrder, fewMopps] = [of('order', n, 80), of('mopps', n, 80)]
    const arm = (name: string, xs: readonly Trained[], what: 'success' | 'mixed', budget?: number) =>
      lab.arm(
        `${name}: ${what === 'success' ? 'new problems solved' : 'groups with right and wrong answers'}`,
        xs.map(x => x[what]),
        { spent: average(xs.map(x => x.answers)), unit: 'share', ...(budget === undefined ? {} : { budget }) },
      )
    const four = candidates * budget
    const [start, a, b, c, d, e] = [
      arm('before', before, 'success'),
      arm('problems as they come', order, 'success'),
      arm('MoPPS', mopps, 'success'),
      arm('the mean of the belief', mean, 'success'),
      arm('candidates answered first', few, 'success'),
      arm('candidates answered first, as many rounds', many, 'success', four),
    ]
    const [fa, fb] = [arm('80 problems, as they come', fewOrder, 'success'), arm('80 problems, MoPPS', fewMopps, 'success')]
    const [am, bm, cm] = [
      arm('problems as they come', order, 'mixed'),
      arm('MoPPS', mopps, 'mixed'),
      arm('the mean of the belief', mean, 'mixed'),
    ]
    return {
      arms: [start, a, b, c, d, e, fa, fb, am, bm, cm],
      findings: [
        lab.paired('MoPPS solves more new problems than problems as they come', b, a, { above: 0, least: 0.02 }),
        lab.paired('more of its groups have right and wrong answers', bm, am, { above: 0, least: 0.05 }),
        lab.paired('it solves more than candidates answered first, over as many answers', b, d, { above: 0, least: 0.02 }),
        lab.paired('it solves hardly less over as many rounds, where those are answered four times as often', b, e, { above: -0.03 }),
        lab.paired('of 80 problems MoPPS solves more than as they come', fb, fa, { above: 0, least: 0.02, counts: false }),
        lab.paired('a draw from the belief solves more than its mean', b, c, { above: 0, least: 0.02, counts: false }),
      ],
      notes: [
        'A problem is a list of one to six skills, and the policy a table of logits for each: what is learnt on one problem helps all that share its skills. Trained by the loop lite-ppo, 16 problems of 8 answers a round.',
        'Studied once: of 400 problems each is answered one time and a half on average, so that most beliefs are the prior. With 80 it is eight times; that statement was made after the first run and does not count.',
        'All problems are candidates at each round; the paper draws a pool of eight times the batch first.',
      ],
    }
  },
}
