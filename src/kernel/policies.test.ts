import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { EdgeId, NodeId } from '../contract/index.ts'
import { hashText } from './hash.ts'
import { gumbelMuzeroPolicy, type Model, muzeroPolicy, type PolicyOutput } from './policies.ts'
import { completedByMixedValue } from './qtransform.ts'
import { AddressedRandom } from './random.ts'
import { softmax } from './rank.ts'

const rng = (seed = 1) => new AddressedRandom(seed, 0, 0, 'policy')

/** Numbers drawn from a hash of the path: every place differs, every run agrees. */
function hashed(seed: number, actions: number, discount: number, rewards: boolean): Model<string> {
  const uniform = (text: string) => (hashText(`${seed}|${text}`) / 2 ** 32) * 2 - 1
  const at = (path: string) => ({
    logits: Array.from({ length: actions }, (_, a) => 2 * uniform(`${path} logit ${a}`)),
    value: uniform(`${path} value`),
    embedding: path,
  })
  return {
    root: at(''),
    step: (path, a) => ({ ...at(`${path}/${a}`), reward: rewards ? uniform(`${path}/${a} reward`) : 0, discount }),
  }
}
/** All ends after one step: discount 0. */
const bandit = (logits: number[], value: number, rewards: number[]): Model<null> => ({
  root: { logits, value, embedding: null },
  step: (_, a) => ({ logits: rewards.map(() => 0), value: 0, embedding: null, reward: rewards[a], discount: 0 }),
})

// ---- the oracle: objects and recursion, written from the definitions in the papers, sharing nothing with the code under test
interface Place {
  raw: number
  returns: number[]
  logits: number[]
  kids: ({ place: Place; reward: number; discount: number } | undefined)[]
  at: string
}
const place = (e: { logits: readonly number[]; value: number; embedding: string }): Place => ({
  raw: e.value,
  returns: [e.value],
  logits: [...e.logits],
  kids: e.logits.map(() => undefined),
  at: e.embedding,
})
const average = (xs: number[]) => xs.reduce((a, b) => a + b, 0) / xs.length
const count = (k: Place['kids'][number]) => k?.place.returns.length ?? 0
const q = (k: Place['kids'][number]) => (k === undefined ? 0 : k.reward + k.discount * average(k.place.returns))
const law = (logits: number[]) => {
  const e = logits.map(l => Math.exp(l - Math.max(...logits)))
  return e.map(x => x / e.reduce((a, b) => a + b, 0))
}
const best = (xs: number[]) => xs.indexOf(Math.max(...xs))

function simulate(model: Model<string>, p: Place, depth: number, maxDepth: number, choose: (p: Place, depth: number) => number): number {
  const a = choose(p, depth)
  let kid = p.kids[a]
  let g: number
  if (kid !== undefined && depth + 1 < maxDepth) g = simulate(model, kid.place, depth + 1, maxDepth, choose)
  else {
    const step = model.step(p.at, a)
    if (kid === undefined) kid = p.kids[a] = { place: place(step), reward: step.reward, discount: step.discount }
    else kid.place.returns.push(step.value)
    g = step.value
  }
  const back = kid.reward + kid.discount * g
  p.returns.push(back)
  return back
}
const puctChoice = (p: Place): number => {
  const visits = p.returns.length
  const known = p.kids.filter(k => k !== undefined).map(q)
  const low = Math.min(average(p.returns), ...known)
  const high = Math.max(average(p.returns), ...known)
  const c = 1.25 + Math.log((visits + 19652 + 1) / 19652)
  return best(
    law(p.logits).map(
      (pi, a) =>
        (p.kids[a] ? (q(p.kids[a]) - low) / Math.max(high - low, 1e-8) : 0) + (Math.sqrt(visits) * c * pi) / (1 + count(p.kids[a])),
    ),
  )
}
const sigma = (p: Place): number[] => {
  const pi = law(p.logits)
  const n = p.kids.reduce((s, k) => s + count(k), 0)
  const seen = p.kids.map(k => k !== undefined)
  const mass = pi.reduce((s, x, a) => s + (seen[a] ? x : 0), 0)
  const mixed = (p.raw + (n > 0 ? (n * pi.reduce((s, x, a) => s + (seen[a] ? x * q(p.kids[a]) : 0), 0)) / mass : 0)) / (1 + n)
  const completed = p.kids.map(k => (k ? q(k) : mixed))
  const low = Math.min(...completed)
  const span = Math.max(Math.max(...completed) - low, 1e-8)
  return completed.map(x => ((50 + Math.max(...p.kids.map(count))) * 0.1 * (x - low)) / span)
}
const gumbelChoice = (p: Place): number => {
  const n = p.kids.reduce((s, k) => s + count(k), 0)
  const plan = sigma(p)
  return best(law(p.logits.map((l, a) => l + plan[a])).map((x, a) => x - count(p.kids[a]) / (1 + n)))
}
/** Sequential halving with explicit lists of those left, instead of counts; who is left shows as the first round of a phase goes by. */
function gumbelRoot(root: Place, m: number, n: number, visit: (a: number) => void): void {
  const score = (a: number) => root.logits[a] + sigma(root)[a]
  let left = root.logits.map((_, a) => a)
  let done = 0
  for (let size = m; done < n; size = Math.max(2, Math.floor(size / 2))) {
    const rounds = m <= 1 ? n : Math.max(1, Math.floor(n / (Math.ceil(Math.log2(m)) * size)))
    for (let k = 0; k < rounds; k++) {
      const round: number[] = []
      while (round.length < size && done < n) {
        const a = left.filter(x => !round.includes(x)).reduce((x, y) => (score(y) > score(x) ? y : x))
        round.push(a)
        visit(a)
        done++
      }
      left = round
    }
  }
}
function same(out: PolicyOutput<string>, p: Place, e: EdgeId = out.tree.root): void {
  const value = out.tree.column('value')
  expect(out.tree.N[e]).toBe(p.returns.length)
  expect(value[e]).toBeCloseTo(average(p.returns), 8)
  out.tree.edges(e).forEach((k, a) => {
    const kid = p.kids[a]
    expect(out.tree.taken(k)).toBe(kid !== undefined)
    if (kid !== undefined) {
      expect(out.tree.Q[k]).toBeCloseTo(q(kid), 8)
      same(out, kid.place, k)
    }
  })
}

const world = fc.record({
  seed: fc.nat(),
  actions: fc.integer({ min: 1, max: 6 }),
  discount: fc.constantFrom(-1, 0.9, 1),
  rewards: fc.boolean(),
  numSimulations: fc.integer({ min: 1, max: 40 }),
  maxDepth: fc.integer({ min: 1, max: 5 }),
})

describe('against a recursive oracle: every count, value and child of the tree', () => {
  test('MuZero', () => {
    fc.assert(
      fc.property(world, ({ seed, actions, discount, rewards, numSimulations, maxDepth }) => {
        const model = hashed(seed, actions, discount, rewards)
        const root = place(model.root)
        for (let i = 0; i < numSimulations; i++) simulate(model, root, 0, maxDepth, puctChoice)
        const out = muzeroPolicy(model, { numSimulations, maxDepth, rng: rng(), dirichletFraction: 0 })
        same(out, root)
        expect(out.visitCounts).toEqual(root.kids.map(count))
      }),
    )
  })
  test('Gumbel MuZero', () => {
    fc.assert(
      fc.property(world, fc.integer({ min: 1, max: 8 }), ({ seed, actions, discount, rewards, numSimulations, maxDepth }, considered) => {
        const model = hashed(seed, actions, discount, rewards)
        const root = place(model.root)
        gumbelRoot(root, Math.min(considered, actions), numSimulations, a =>
          simulate(model, root, 0, maxDepth, (p, depth) => (depth === 0 ? a : gumbelChoice(p))),
        )
        const out = gumbelMuzeroPolicy(model, { numSimulations, maxDepth, rng: rng(), gumbelScale: 0, maxNumConsideredActions: considered })
        same(out, root)
        out.actionWeights.forEach((w, a) => {
          expect(w).toBeCloseTo(law(root.logits.map((l, b) => l + sigma(root)[b]))[a], 8)
        })
      }),
    )
  })
})

describe('by hand', () => {
  test('MuZero: one simulation takes the likeliest valid action', () => {
    const out = muzeroPolicy(bandit([-1, 0, 2, 3], 0, [0, 0, 0, 0]), {
      numSimulations: 1,
      rng: rng(),
      dirichletFraction: 0,
      invalidActions: [false, false, false, true],
    })
    expect(out).toMatchObject({ action: 2, visitCounts: [0, 0, 1, 0], actionWeights: [0, 0, 1, 0] })
  })
  test('Gumbel: two valid actions share the visits, the better reward is taken, the weights are the improved policy', () => {
    const logits = [0, -1, 2, 3]
    const rewards = [20, 3, -1, 10]
    const out = gumbelMuzeroPolicy(bandit(logits, -5, rewards), {
      numSimulations: 17,
      maxDepth: 3,
      rng: rng(),
      invalidActions: [true, false, false, true],
      qtransform: completedByMixedValue({ valueScale: 0.05, maxVisitInit: 60 }),
    })
    expect(out.action).toBe(1)
    expect(out.visitCounts).toEqual([0, 9, 8, 0])
    const p = softmax([-Infinity, -1, 2, -Infinity])
    const mixed = (-5 + 17 * (p[1] * 3 + p[2] * -1)) / 18
    const low = Math.min(mixed, -1)
    const scaled = [mixed, 3, -1, mixed].map(x => ((60 + 9) * 0.05 * (x - low)) / (3 - low))
    const weights = softmax([-Infinity, -1 + scaled[1], 2 + scaled[2], -Infinity])
    out.actionWeights.forEach((w, a) => {
      expect(w).toBeCloseTo(weights[a], 10)
    })
  })
  test('maxDepth is the greatest depth, and a place there is evaluated again', () => {
    const { tree } = gumbelMuzeroPolicy(bandit([0, 1], 0, [1, 0]), { numSimulations: 20, maxDepth: 2, rng: rng(), gumbelScale: 0 })
    const depths = tree.nodes().map(n => tree.depth(n))
    expect(Math.max(...depths)).toBe(2)
    expect(tree.nodes().reduce((s, n) => s + (tree.depth(n) === 1 ? tree.N[n] : 0), 0)).toBe(20)
  })
  test('never an invalid action, even the only likely one; all invalid: action 0', () => {
    const invalidActions = [true, false, true]
    for (const policy of [muzeroPolicy, gumbelMuzeroPolicy] as const) {
      for (let seed = 0; seed < 20; seed++) {
        const out = policy(bandit([50, 0, 0], 0, [9, 0, 0]), { numSimulations: 8, rng: rng(seed), invalidActions })
        expect(out.action).toBe(1)
        expect(out.visitCounts).toEqual([0, 8, 0])
      }
      expect(() => policy(bandit([0], 0, [0]), { numSimulations: 1, rng: rng(), invalidActions: [] })).toThrow(/invalidActions/)
      expect(() => policy(bandit([], 0, []), { numSimulations: 1, rng: rng() })).toThrow(/action/)
    }
    expect(gumbelMuzeroPolicy(bandit([0, 1], 0, [0, 0]), { numSimulations: 2, rng: rng(), invalidActions: [true, true] }).action).toBe(0)
  })
  test('no simulation: the policy answers by itself', () => {
    const out = gumbelMuzeroPolicy(bandit([0, 3, 1], 0, [0, 0, 0]), { numSimulations: 0, rng: rng(), gumbelScale: 0 })
    expect(out.action).toBe(1)
    out.actionWeights.forEach((w, a) => {
      expect(w).toBeCloseTo(softmax([0, 3, 1])[a], 10)
    })
  })
})

describe('randomness', () => {
  test('the same numbers, the same output; other numbers, other noise', () => {
    const model = hashed(3, 5, 1, true)
    const run = (seed: number) => gumbelMuzeroPolicy(model, { numSimulations: 12, rng: rng(seed), maxNumConsideredActions: 3 })
    expect(run(1).tree.digest()).toBe(run(1).tree.digest())
    expect(new Set([1, 2, 3, 4, 5, 6].map(s => run(s).tree.digest())).size).toBeGreaterThan(1)
  })
  test('Dirichlet noise changes the prior at the root only', () => {
    const model = hashed(3, 4, 1, true)
    const out = muzeroPolicy(model, { numSimulations: 4, rng: rng() })
    const prior = (n: NodeId) => out.tree.edges(n).map(e => out.tree.P[e])
    expect(prior(out.tree.root)[0]).not.toBeCloseTo(softmax(model.root.logits)[0], 6)
    const kid = out.tree.children(out.tree.root)[0]
    prior(kid).forEach((p, a) => {
      expect(p).toBeCloseTo(softmax(model.step('', out.tree.action(kid)).logits)[a], 10)
    })
  })
  test('temperature 0 takes the most visited, 1 draws by visits', () => {
    const model = bandit([1, 1], 0, [0.6, 0.4])
    const draw = (temperature: number) =>
      Array.from(
        { length: 200 },
        (_, seed) => muzeroPolicy(model, { numSimulations: 12, rng: rng(seed), dirichletFraction: 0, temperature }).action,
      )
    expect(new Set(draw(0))).toEqual(new Set([0]))
    expect(new Set(draw(1)).size).toBe(2)
  })
})
