import { describe, expect, test } from 'vitest'
import type { Live, Provider, Sample, Sampling, Wanted } from '../../contract/index.ts'
import { AddressedRandom } from '../../kernel/random.ts'
import { type TreeModel, treeModel } from './model.ts'
import { render } from './prompt.ts'
import { parseTask, type TreeTask } from './task.ts'
import { type Path, truthOf } from './truth.ts'

const live = (index = 0): Live => ({
  index,
  random: new AddressedRandom(1, 2, 3, 'test'),
  randomAt: i => new AddressedRandom(1, 2, i, 'test'),
  signal: new AbortController().signal,
  idempotencyKey: 'key',
  now: () => 0,
  sleep: async () => {},
})
async function ask(
  p: Provider,
  task: TreeTask,
  path: Path,
  want: Wanted,
  o: Sampling & { n?: number; index?: number } = {},
): Promise<Sample[]> {
  const { n = 1, index = 0, ...s } = o
  return (await p.sample(render({ task, path }, want), { ...s, n }, live(index))).samples
}
const say = async (o: TreeModel, task: TreeTask, path: Path, index = 0): Promise<number> =>
  Number.parseFloat((await ask(treeModel(o), task, path, { for: 'judgement' }, { index }))[0].text)
const mean = (xs: readonly number[]): number => xs.reduce((a, x) => a + x, 0) / xs.length
const correlation = (xs: readonly number[], ys: readonly number[]): number => {
  const [mx, my] = [mean(xs), mean(ys)]
  const cov = (a: readonly number[], ma: number, b: readonly number[], mb: number) => mean(a.map((x, i) => (x - ma) * (b[i] - mb)))
  return cov(xs, mx, ys, my) / Math.sqrt(cov(xs, mx, xs, mx) * cov(ys, my, ys, my))
}
const logit = (p: number): number => Math.log(p / (1 - p))

const tree = parseTask('branching=4,depth=6,density=0.05,seed=8')
const paths = Array.from({ length: 256 }, (_, k) => [64, 16, 4, 1].map(x => Math.floor(k / x) % 4))

describe('the policy', () => {
  test('draws steps by its law: skill for what can end well, log-probabilities that are true', async () => {
    const p = treeModel({ skill: 1.5 })
    const path: Path = []
    const good = truthOf(tree).liveIdeas(path)
    const samples = await ask(p, tree, path, { for: 'step' }, { n: 4000, logprobs: true })
    const share = samples.filter(s => good[s.tokens![0].id]).length / 4000
    const w = good.map(on => (on ? Math.exp(1.5) : 1))
    const total = w.reduce((a, b) => a + b, 0)
    expect(share).toBeCloseTo(w.filter((_, i) => good[i]).reduce((a, b) => a + b, 0) / total, 1)
    for (const s of samples.slice(0, 20)) {
      const [t] = s.tokens!
      expect(t.logprob).toBeCloseTo(Math.log(w[t.id] / total), 9)
      expect(s.text).toBe(`step ${t.id + 1}`)
      const { logprob } = await p.score!(render({ task: tree, path }, { for: 'step' }), s.text, live())
      expect(logprob).toBeCloseTo(t.logprob, 9)
    }
  })

  test('attempts succeed as often as its worth says', async () => {
    const p = treeModel({ skill: 0.7 })
    const law = await say({ skill: 0.7 }, tree, [])
    const samples = await ask(p, tree, [], { for: 'attempt' }, { n: 4000 })
    const won = samples.filter(s => truthOf(tree).live([...s.text.matchAll(/\d+/g)].map(m => Number(m[0]) - 1))).length
    expect(won / 4000).toBeCloseTo(law, 1)
    expect(Math.abs(won / 4000 - law)).toBeLessThan(4 * Math.sqrt((law * (1 - law)) / 4000))
  })

  test('a list holds different steps, the likelier ones more often; temperature 0 takes the likeliest', async () => {
    const p = treeModel({ skill: 2, whim: 1 })
    const [x] = await ask(p, tree, [], { for: 'step', list: 3 })
    expect(new Set(x.text.split('\n')).size).toBe(3)
    const [all] = await ask(p, tree, [], { for: 'step', list: Number.POSITIVE_INFINITY })
    expect(all.text.split('\n').sort()).toEqual(['step 1', 'step 2', 'step 3', 'step 4'])
    const cold = await ask(p, tree, [], { for: 'step' }, { n: 20, temperature: 0 })
    expect(new Set(cold.map(s => s.text)).size).toBe(1)
  })

  test('what it says follows from the seed, the place and the number of the sample alone', async () => {
    const p = treeModel({ skill: 1, whim: 1 })
    const eight = await ask(p, tree, [1], { for: 'step' }, { n: 8 })
    const last = await ask(p, tree, [1], { for: 'step' }, { n: 3, index: 5 })
    expect(last).toEqual(eight.slice(5))
    expect(await ask(treeModel({ skill: 1, whim: 1 }), tree, [1], { for: 'step' }, { n: 8 })).toEqual(eight)
    expect(await ask(treeModel({ skill: 1, whim: 1, seed: 1 }), tree, [1], { for: 'step' }, { n: 8 })).not.toEqual(eight)
  })

  test('of other things it knows nothing, and it keeps to the length it is given', async () => {
    const p = treeModel()
    const { samples } = await p.sample([{ role: 'user', content: 'What is two and two?' }], { n: 1 }, live())
    expect(samples[0].text).toBe('I only know synthetic trees.')
    const [short] = await ask(p, tree, [], { for: 'attempt' }, { max: 2 })
    expect(short.finish).toBe('cut')
    expect(short.text.length).toBeLessThanOrEqual(8)
  })
})

describe('the critic', () => {
  test('without noise says the truth: under the policy, under even play, or the best', async () => {
    for (const path of [[], [0], [1, 2], [3, 3, 1], [0, 1, 2, 3, 0, 1]] as Path[]) {
      const truth = truthOf(tree)
      expect(await say({}, tree, path)).toBeCloseTo(truth.success(path), 7)
      expect(await say({ skill: 2, of: 'uniform' }, tree, path)).toBeCloseTo(truth.success(path), 7)
      expect(await say({ of: 'best' }, tree, path)).toBe(truth.live(path) ? 1 : 0)
      expect(await say({ skill: 2 }, tree, path)).toBeGreaterThanOrEqual(truth.success(path) - 1e-8)
    }
  })

  test('says a word, too, for critics that read labels', async () => {
    const words = async (path: Path) => (await ask(treeModel({ of: 'best' }), tree, path, { for: 'judgement' }))[0].text.split(' ')[1]
    const good = truthOf(tree).liveIdeas([0, 0, 0, 0])
    for (let i = 0; i < 4; i++) expect(await words([0, 0, 0, 0, i])).toBe(good[i] ? 'sure' : 'impossible')
  })

  test('noise is in logits, of the spread asked for, the same when asked again; jitter is not', async () => {
    const errors = await Promise.all(
      paths.map(async p => {
        const clean = Math.min(0.99, Math.max(0.01, truthOf(tree).success(p)))
        return logit(await say({ sd: 1 }, tree, p)) - logit(clean)
      }),
    )
    expect(Math.abs(mean(errors))).toBeLessThan(0.2)
    expect(Math.sqrt(mean(errors.map(e => e * e)))).toBeGreaterThan(0.85)
    expect(Math.sqrt(mean(errors.map(e => e * e)))).toBeLessThan(1.15)
    expect(await say({ sd: 1 }, tree, [1, 1], 0)).toBe(await say({ sd: 1 }, tree, [1, 1], 1))
    expect(await say({ jitter: 1 }, tree, [1, 1], 0)).not.toBe(await say({ jitter: 1 }, tree, [1, 1], 1))
  })

  test('errors are independent of the parent, or inherited', async () => {
    const flat = parseTask('branching=4,depth=20,pivots=1,seed=3')
    const error = async (o: TreeModel, p: Path) => {
      const clean = truthOf(flat).worth(p)
      return logit(await say({ sd: 1, ...o }, flat, p)) - logit(Math.min(0.99, Math.max(0.01, clean)))
    }
    const pair = async (o: TreeModel) => {
      const mine = await Promise.all(paths.map(p => error(o, p)))
      const above = await Promise.all(paths.map(p => error(o, p.slice(0, -1))))
      return correlation(mine, above)
    }
    expect(Math.abs(await pair({}))).toBeLessThan(0.2)
    expect(await pair({ noise: 'inherited', inherit: 0.9 })).toBeGreaterThan(0.6)
  })

  test('early error shrinks down to the leaves; the bias strikes what can end well', async () => {
    const flat = parseTask('branching=2,depth=11,pivots=11,survive=1,seed=3')
    const truth = truthOf(flat)
    let path: Path = []
    const off: number[] = []
    for (let d = 1; d <= 11; d++) {
      const good = truth.liveIdeas(path).indexOf(true)
      const dead = [...path, 1 - good]
      path = [...path, good]
      const clean = Math.min(0.99, Math.max(0.01, truth.worth(path)))
      off.push(logit(await say({ bias: 4, noise: 'early' }, flat, path)) - logit(clean))
      expect(await say({ bias: 4, noise: 'early' }, flat, dead)).toBeCloseTo(0.01, 6)
    }
    for (const [i, x] of off.entries()) expect(x).toBeCloseTo(-4 * (1 - i / 10), 3)
    expect(await say({ sd: 3, noise: 'early' }, flat, path)).toBeCloseTo(0.99, 6)
  })

  test('wordings share their error', async () => {
    const t = parseTask('branching=3,depth=4,wordings=3,density=0.2,seed=1')
    expect(await say({ sd: 2 }, t, [0, 4, 8])).toBe(await say({ sd: 2 }, t, [2, 3, 6]))
    expect(await say({ sd: 2 }, t, [0, 4, 8])).not.toBe(await say({ sd: 2 }, t, [3, 4, 8]))
  })
})
