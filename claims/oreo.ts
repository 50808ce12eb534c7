// OREO: a value of every state beside the policy, against losses that see whole responses, on the same answers.
import { type AddressedRandom, average } from '../src/kernel/index.ts'
import { softValue, TabularPolicy, type TuneRow } from '../src/learn/from-trees.ts'
import { oreoLoop } from '../src/loop/oreo.ts'
import type { Claim, Lab } from '../src/run/index.ts'
import { type Drill, drills, harvested, inSteps, type Lesson, type Pupil, study } from './fixture/drill.ts'

const depth = 4
const width = 3
/** Groups of answers, and answers of a group; the loop keeps at most eight of each. */
const groups = 8
const group = 16
/** Rewards are -2 and 2, as the loop has them; beta is of the same scale. */
const beta = 1
const reward = (p: number): number => 4 * p - 2
const steps = 300

type Path = readonly number[]
const all = Array.from({ length: width }, (_, i) => i)
const leaves = all.flatMap(a => all.flatMap(b => all.flatMap(c => all.map(d => [a, b, c, d]))))
const key = (path: Path): string => path.join('.')

/** Values of the best policy that pays for its distance from the uniform one: V(s) = beta log mean exp(V / beta). */
function best(chance: ReadonlyMap<string, number>): Map<string, number> {
  const V = new Map<string, number>()
  const value = (path: Path): number => {
    const v =
      path.length === depth
        ? reward(chance.get(key(path))!)
        : softValue(
            all.map(a => value([...path, a])),
            beta,
          )
    V.set(key(path), v)
    return v
  }
  value([])
  return V
}
/** What a policy is worth: how often it is right, and its reward less its distance from the uniform one. */
function worth({ table }: Pupil, chance: ReadonlyMap<string, number>): { right: number; regularised: number } {
  const of = (path: Path): { right: number; regularised: number } => {
    if (path.length === depth) {
      const p = chance.get(key(path))!
      return { right: p, regularised: reward(p) }
    }
    const law = table.law(key(path))
    let [right, regularised] = [0, 0]
    for (const a of all) {
      const below = of([...path, a])
      const p = Math.exp(law[a])
      right += p * below.right
      regularised += p * (below.regularised - beta * (law[a] + Math.log(width)))
    }
    return { right, regularised }
  }
  return of([])
}

type Kind = 'oreo' | 'a-star-po' | 'dpo' | 'filtered-sft'
/** The rows of the loop as each loss wants them, and how it is taught. */
function lesson(kind: Kind, trees: readonly (readonly TuneRow[])[]): { rows: TuneRow[]; plan: Omit<Lesson, 'seed'> } {
  const common = { epochs: steps, batch: 1_000_000 }
  if (kind === 'oreo')
    return { rows: trees.flat(), plan: { ...common, losses: [{ id: kind, options: { beta, states: 'known' } }], rate: 1, valueRate: 1 } }
  if (kind === 'a-star-po')
    return {
      rows: trees.flatMap(rows => {
        const margin = softValue(
          rows.map(r => r.reward!),
          beta,
        )
        return rows.map(r => ({ ...r, margin }))
      }),
      plan: { ...common, losses: [{ id: kind, options: { beta } }], rate: 1 },
    }
  if (kind === 'dpo')
    return {
      rows: trees.flatMap((rows, g) => {
        const [good, bad] = [true, false].map(is => rows.filter(r => r.reward! > 0 === is))
        return good.slice(0, bad.length).flatMap((r, i): TuneRow[] => {
          const unit = `${g} pair ${i}`
          return [
            { ...r, unit, label: 'chosen' },
            { ...bad[i], unit, label: 'rejected' },
          ]
        })
      }),
      plan: { ...common, losses: [{ id: kind, options: { beta } }], rate: 1 },
    }
  return {
    rows: trees.flat().map(r => ({ ...r, reward: Number(r.reward! > 0) })),
    plan: { ...common, losses: [{ id: kind }], rate: 4 },
  }
}

function train(lab: Lab, k: number) {
  const random = lab.random('world', k) as AddressedRandom
  // How often a leaf is right: good steps and bad ones add up.
  const good = new Map<string, number>()
  for (const leaf of leaves)
    for (let d = 1; d <= depth; d++) if (!good.has(key(leaf.slice(0, d)))) good.set(key(leaf.slice(0, d)), random.normal())
  const chance = new Map(
    leaves.map(leaf => [key(leaf), 1 / (1 + Math.exp(1 - 1.2 * leaf.reduce((s, _, d) => s + good.get(key(leaf.slice(0, d + 1)))!, 0)))]),
  )
  const trees = Array.from({ length: groups }, (_, g): TuneRow[] => {
    const drill: Drill = { id: `group ${g}`, ask: [0], length: depth, right: () => false }
    const ways = inSteps(Array.from({ length: group }, () => random.pick(leaves))).map(w => ({
      ...w,
      reward: Number(random.next() < chance.get(key(w.actions.flat()))!),
    }))
    const context = { round: 1, entry: { world: drills } as never, random, again: [], hinted: [], settings: {} }
    return [...oreoLoop.rows([harvested(drill, ways)], context).policy]
  })
  const V = best(chance)
  const out = {} as Record<Kind, { right: number; regret: number; off: number }>
  for (const kind of ['oreo', 'a-star-po', 'dpo', 'filtered-sft'] as const) {
    const pupil: Pupil = { table: new TabularPolicy(width), reads: (_, said) => key(said) }
    const { rows, plan } = lesson(kind, trees)
    study(pupil, rows, { ...plan, epochs: lab.pick(steps, 30), seed: 1 })
    const w = worth(pupil, chance)
    const told = [...pupil.table.values].map(([c, v]) => Math.abs(v - V.get(c)!))
    out[kind] = { right: w.right, regret: V.get('')! - w.regularised, off: told.length === 0 ? Number.NaN : average(told) }
  }
  const known: Pupil = { table: new TabularPolicy(width), reads: (_, said) => key(said) }
  for (const path of V.keys()) for (const a of all) known.table.at(path)[a] = (V.get(path === '' ? String(a) : `${path}.${a}`) ?? 0) / beta
  const uniform = worth({ table: new TabularPolicy(width), reads: () => '' }, chance)
  return {
    ...out,
    best: worth(known, chance).right,
    uniform: { right: uniform.right, regret: V.get('')! - uniform.regularised, off: Number.NaN },
  }
}

export const claim: Claim = {
  id: 'oreo',
  paper: oreoLoop.paper,
  evidence: ['oreo'],
  claim:
    'Learning policy and value together by soft Bellman consistency gives credit to single steps from unpaired answers with one reward at their end, where losses over whole responses do not.',
  hypothesis:
    'Taught by the same answers of a uniform policy, whose rewards are drawn by chance, OREO leaves less of what a regularised policy could be worth than regression over whole responses, and is right more often than a policy taught by pairs (DPO) and than one taught by right answers alone.',
  equal: { unit: 'answers', budget: groups * group },
  async run(lab) {
    const repeats = lab.pick(60, 3)
    const all = Array.from({ length: repeats }, (_, k) => train(lab, k))
    const arm = (kind: Kind | 'uniform', what: 'right' | 'regret') =>
      lab.arm(
        `${kind}: ${what === 'right' ? 'right' : 'left of the best regularised worth'}`,
        all.map(x => x[kind][what]),
        { spent: groups * group, unit: what === 'right' ? 'share' : 'reward' },
      )
    const kinds = ['oreo', 'a-star-po', 'dpo', 'filtered-sft', 'uniform'] as const
    const [right, left] = [kinds.map(k => arm(k, 'right')), kinds.map(k => arm(k, 'regret'))]
    const o = { above: 0, least: 0.02 }
    return {
      arms: [...right, ...left],
      findings: [
        lab.paired('OREO leaves less than regression over whole responses', left[0], left[1], { below: 0, least: 0.05 }),
        lab.paired('it is right more often than after pairs (DPO)', right[0], right[2], o),
        lab.paired('it is right more often than after right answers alone', right[0], right[3], o),
        lab.paired('it leaves less than pairs', left[0], left[2], { below: 0, least: 0.05, counts: false }),
        lab.paired('it is right more often than after regression over whole responses', right[0], right[1], { ...o, counts: false }),
      ],
      notes: [
        `A tree of ${depth} steps with ${width} ways each, answers of chance rewards, and a table for the policy; the best policy and its values are known exactly. Values that OREO learnt are off by ${average(all.map(x => x.oreo.off)).toFixed(2)} on average, on a scale from -2 to 2. The best regularised policy is right ${average(all.map(x => x.best)).toFixed(2)} of the time.`,
        'With twenty times as many steps, on four other seeds, OREO is where it was, and pairs and right answers alone move on: they are right a little more often, and leave more of the regularised worth, by up to twice as much.',
        `All see the same rows, those that the loop keeps of ${groups} groups of ${group} answers, for ${steps} steps of plain descent over all of them. The regression knows the value of the whole problem from the rewards of the group alone (A*-PO).`,
        'What the value does for a search afterwards is not part of this experiment.',
      ],
    }
  },
}
