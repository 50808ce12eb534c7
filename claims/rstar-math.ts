// rStar-Math: a critic trained on pairs of siblings against one trained on their Q, and steps that were run before they count.
import { type AddressedRandom, average } from '../src/kernel/index.ts'
import { rstarMath } from '../src/method/index.ts'
import type { Claim, Lab } from '../src/run/index.ts'
import { tasksCountdown } from '../src/world/number/index.ts'
import { type CodeTask, coder, codeWorld, preference } from './fixture/code-steps.ts'

const features = 6
const siblings = 12
const budget = 200

/**
 * Prefixes of a difficulty that no feature shows, and steps whose quality is linear in their features. A scorer reads a prefix and its step together: of
 * `shared` standard deviations, what it reads is the prefix's, the same for all siblings, and says nothing about the step.
 */
interface Place {
  steps: { x: number[]; p: number; q: number }[]
}
function places(random: AddressedRandom, weights: readonly number[], n: number, rollouts: number, shared: number): Place[] {
  return Array.from({ length: n }, () => {
    const difficulty = 1.5 * random.normal()
    const prefix = weights.map(() => shared * random.normal())
    return {
      steps: Array.from({ length: siblings }, () => {
        const own = weights.map(() => random.normal())
        const p = 1 / (1 + Math.exp(-(dot(weights, own) - difficulty)))
        const x = own.map((v, i) => v + prefix[i])
        let won = 0
        for (let k = 0; k < rollouts; k++) won += random.next() < p ? 1 : -1
        return { x, p, q: won / rollouts }
      }),
    }
  })
}
const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((s, x, i) => s + x * b[i], 0)

/** Least squares on Q, with a constant and a touch of ridge. */
function regression(all: readonly Place[]): number[] {
  const rows = all.flatMap(p => p.steps.map(s => ({ x: [1, ...s.x], y: s.q })))
  const d = features + 1
  const A = Array.from({ length: d }, (_, i) =>
    Array.from({ length: d }, (_, j) => rows.reduce((s, r) => s + r.x[i] * r.x[j], i === j ? 1e-3 : 0)),
  )
  const b = Array.from({ length: d }, (_, i) => rows.reduce((s, r) => s + r.x[i] * r.y, 0))
  return solve(A, b).slice(1)
}
function solve(A: number[][], b: number[]): number[] {
  const n = b.length
  for (let i = 0; i < n; i++) {
    const at = A.slice(i).reduce((best, row, k) => (Math.abs(row[i]) > Math.abs(A[best][i]) ? i + k : best), i)
    ;[A[i], A[at], b[i], b[at]] = [A[at], A[i], b[at], b[i]]
    for (let k = i + 1; k < n; k++) {
      const f = A[k][i] / A[i][i]
      for (let j = i; j < n; j++) A[k][j] -= f * A[i][j]
      b[k] -= f * b[i]
    }
  }
  for (let i = n - 1; i >= 0; i--) b[i] = (b[i] - dot(A[i].slice(i + 1), b.slice(i + 1))) / A[i][i]
  return b
}

/**
 * The pairs of a place: its two steps of highest Q that were seen to succeed against the two of lowest Q that were seen to fail, where the first is above
 * the second. Bradley-Terry over them, each place's pairs weighing 1 together, by gradient ascent with a touch of ridge.
 */
function pairwise(all: readonly Place[]): number[] {
  const pairs = all.flatMap(({ steps }) => {
    const order = steps.toSorted((a, b) => b.q - a.q)
    const good = order.filter(s => s.q > -1).slice(0, 2)
    const bad = order.filter(s => s.q < 1).slice(-2)
    const both = good.flatMap(g => bad.filter(b => g.q > b.q).map(b => g.x.map((x, i) => x - b.x[i])))
    return both.map(x => ({ x, weight: 1 / both.length }))
  })
  const w = new Array<number>(features).fill(0)
  const total = pairs.reduce((s, p) => s + p.weight, 0)
  for (let k = 0; k < 300; k++) {
    const g = w.map(x => -1e-3 * x)
    for (const { x, weight } of pairs) {
      const miss = (weight / total) * (1 - 1 / (1 + Math.exp(-dot(w, x))))
      for (let i = 0; i < features; i++) g[i] += miss * x[i]
    }
    for (let i = 0; i < features; i++) w[i] += 0.5 * g[i]
  }
  return w
}
/** How often the scorer's first choice is the best sibling. */
const picks = (w: readonly number[], held: readonly Place[]): number =>
  average(
    held.map(({ steps }) => {
      const best = steps.reduce((a, s) => (dot(w, s.x) > dot(w, a.x) ? s : a))
      return best.p === Math.max(...steps.map(s => s.p)) ? 1 : 0
    }),
  )

function scorers(lab: Lab, rollouts: number, repeats: number, shared: number) {
  const out = { regression: [] as number[], pairs: [] as number[] }
  for (let i = 0; i < repeats; i++) {
    const random = lab.random('places', rollouts, shared, i) as AddressedRandom
    const weights = Array.from({ length: features }, () => random.normal())
    const [seen, held] = [places(random, weights, 20, rollouts, shared), places(random, weights, 200, 1, shared)]
    out.regression.push(picks(regression(seen), held))
    out.pairs.push(picks(pairwise(seen), held))
  }
  return out
}

/** The search on code, with and without the gate: right answers, errors within them, and rollouts. */
async function gated(lab: Lab, tasks: readonly CodeTask[], gate: boolean) {
  const each: { solved: number; rate: number; steps: number; right: number; erring: number }[] = []
  for (const [i, task] of tasks.entries()) {
    const r = await lab.run(
      {
        world: codeWorld,
        policy: coder(0.25, i),
        value: preference(0.2, i),
        method: rstarMath,
        knobs: { n: 6, rollouts: 0, finished: 'all', widening: 0.3, untilSolved: false },
        ...(gate ? { parts: { errs: (s: { error: boolean }) => s.error } } : {}),
        budget: { steps: budget },
      },
      task,
      { seed: i + 1 },
    )
    const ends = r.tree.ends().filter(n => !Number.isNaN(r.tree.R[n]))
    const right = ends.filter(n => r.tree.R[n] === 1)
    each.push({
      solved: right.length > 0 ? 1 : 0,
      rate: ends.length === 0 ? 0 : right.length / ends.length,
      steps: r.spent.steps,
      right: right.length,
      erring: right.filter(n => r.tree.state(n).errors > 0).length,
    })
  }
  return each
}

export const claim: Claim = {
  id: 'rstar-math',
  paper: rstarMath.paper!,
  evidence: ['rstar-math'],
  claim:
    'A preference model trained on the best against the worst of siblings ranks steps better than one that regresses their noisy Q, and running each step keeps errors out of what is learnt.',
  hypothesis:
    'With 64 rollouts a step a linear scorer from pairs picks the best of 12 siblings more often than one from regression, with 2 it does not; and with the gate on no right program has a line that fails, and more of the ends are right.',
  equal: { unit: 'steps', budget },
  async run(lab) {
    const repeats = lab.pick(300, 10)
    const counts = [2, 4, 16, 64]
    const apart = scorers(lab, 64, repeats, 0)
    const by = counts.map(m => {
      const r = scorers(lab, m, repeats, 1.5)
      const named = (what: string, xs: readonly number[]) =>
        lab.arm(`${what}, ${m} rollouts a step: best sibling picked`, xs, {
          spent: m * siblings * 20,
          budget: m * siblings * 20,
          unit: 'share',
        })
      return { regression: named('regression', r.regression), pairs: named('pairs', r.pairs) }
    })
    lab.say('scorers done')
    const drawn = tasksCountdown({ split: 'test', n: lab.pick(400, 6), seed: lab.seed, size: 4 })
    const tasks = (spare: number) => drawn.map(({ task }): CodeTask => ({ numbers: task.numbers, target: task.target, spare }))
    const [on, off] = [await gated(lab, tasks(0), true), await gated(lab, tasks(0), false)]
    const [onSpare, offSpare] = [await gated(lab, tasks(1), true), await gated(lab, tasks(1), false)]
    const spent = (xs: typeof on) => average(xs.map(x => x.steps))
    const rate = (name: string, xs: typeof on) =>
      lab.arm(
        `${name}: share of ends that are right`,
        xs.map(x => x.rate),
        { spent: spent(xs), unit: 'share' },
      )
    const solved = (name: string, xs: typeof on) =>
      lab.arm(
        `${name}: solved`,
        xs.map(x => x.solved),
        { spent: spent(xs) },
      )
    const [rateOn, rateOff, solvedOn, solvedOff] = [
      rate('gate on', on),
      rate('gate off', off),
      solved('gate on', on),
      solved('gate off', off),
    ]
    const [spareOn, spareOff] = [rate('gate on, a line to spare', onSpare), rate('gate off, a line to spare', offSpare)]
    const erring = (xs: typeof on) => `${xs.reduce((s, x) => s + x.erring, 0)} of ${xs.reduce((s, x) => s + x.right, 0)}`
    const versus = (i: number) => [by[i].pairs, by[i].regression] as const
    return {
      arms: [...by.flatMap(x => [x.regression, x.pairs]), rateOn, rateOff, solvedOn, solvedOff, spareOn, spareOff],
      findings: [
        lab.paired('64 rollouts: pairs pick the best sibling more often than regression', ...versus(3), { above: 0, least: 0.02 }),
        lab.paired(
          '64 rollouts, and no feature of the prefix: the same',
          lab.arm('pairs, 64 rollouts, no feature of the prefix', apart.pairs, { spent: 0, unit: 'share' }),
          lab.arm('regression, 64 rollouts, no feature of the prefix', apart.regression, { spent: 0, unit: 'share' }),
          { above: 0, least: 0.02, counts: false },
        ),
        lab.paired('16 rollouts: the same', ...versus(2), { above: 0, least: 0.02, counts: false }),
        lab.paired('4 rollouts: the same', ...versus(1), { above: 0, least: 0.02, counts: false }),
        lab.paired('2 rollouts: the same', ...versus(0), { above: 0, least: 0.02, counts: false }),
        lab.paired('the gate raises the share of ends that are right', rateOn, rateOff, { above: 0, least: 0.01 }),
        lab.paired('where an error costs nothing, for there is a line to spare: the same', spareOn, spareOff, {
          above: 0,
          least: 0.01,
          counts: false,
        }),
        lab.paired('... and what is solved in as many steps', solvedOn, solvedOff, { above: 0, least: 0.02, counts: false }),
      ],
      notes: [
        `right programs with a line that fails: gate on ${erring(on)}, gate off ${erring(off)}; with a line to spare ${erring(onSpare)} and ${erring(offSpare)}`,
      ],
    }
  },
}
