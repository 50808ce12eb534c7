import { expect, test } from 'vitest'
import { type Shape, seedlingShape } from '../../model/seedling/index.ts'
import { batchAt } from './examples.ts'
import { adamW, freshState, Trainer } from './step.ts'
import { freshWeights } from './train.ts'

const shape: Shape = { ...seedlingShape, width: 16, layers: 1, heads: 2, hidden: 16 }
const weights = freshWeights(shape, 1)
const batch = batchAt(1, 'train', 1, 4)

/** sum(cotangent * logprob) at given weights. */
async function linear(w: typeof weights, cotangents: Float32Array): Promise<number> {
  const t = new Trainer(shape, freshState(shape, w))
  const lp = await t.logprobs(batch)
  t.close()
  return lp.reduce((a, x, i) => a + x * cotangents[i], 0)
}

test('a step goes along the gradient of any cotangents, as finite differences see it', async () => {
  // Cotangents of no particular loss, of both signs.
  const cotangents = batch.cotangents.map((c, i) => c * Math.sin(i))
  // Adam's first step with a huge epsilon is the gradient times rate / epsilon; no clipping, no decay.
  const epsilon = 1e6
  const rate = 1e6
  const t = new Trainer(shape, freshState(shape, weights), { ...adamW, epsilon, decay: 0, clip: 1e9 })
  const { loss } = await t.descend(batch, cotangents, rate)
  const after = await t.weights()
  t.close()
  expect(loss).toBeCloseTo(await linear(weights, cotangents), 4)
  for (const [name, i] of [
    ['embed', 24 * 16 + 3],
    ['layers.0.query', 37],
    ['layers.0.gate', 100],
    ['layers.0.down', 17],
    ['norm', 5],
    ['head', 24 * 5],
  ] as const) {
    const gradient = weights.get(name)![i] - after.get(name)![i]
    const h = 0.02
    const moved = async (by: number) => {
      const w = new Map(weights)
      const data = w.get(name)!.slice()
      data[i] += by
      return linear(w.set(name, data), cotangents)
    }
    const numeric = ((await moved(h)) - (await moved(-h))) / (2 * h)
    expect(Math.abs(gradient - numeric), name).toBeLessThan(2e-4 + 0.02 * Math.abs(numeric))
  }
})

test('AdamW: moments, bias correction, decay of matrices only, clipping', async () => {
  const options = { beta1: 0.8, beta2: 0.9, epsilon: 1e-3, decay: 0.1, clip: 0.05 }
  const raw = new Trainer(shape, freshState(shape, weights), { ...adamW, epsilon: 1e6, decay: 0, clip: 1e9 })
  await raw.descend(batch, batch.cotangents, 1e6)
  const rawWeights = await raw.weights()
  const gradient = (name: string, i: number) => weights.get(name)![i] - rawWeights.get(name)![i]
  const t = new Trainer(shape, freshState(shape, weights), options)
  const { norm } = await t.descend(batch, batch.cotangents, 0.01)
  const state = await t.state()
  expect(norm).toBeGreaterThan(options.clip)
  const scale = options.clip / norm
  for (const [name, i, matrix] of [
    ['head', 50, true],
    ['layers.0.norm1', 3, false],
  ] as const) {
    const g = gradient(name, i) * scale
    const w = weights.get(name)![i]
    expect(state.first.get(name)![i]).toBeCloseTo(0.2 * g, 6)
    expect(state.second.get(name)![i]).toBeCloseTo(0.1 * g * g, 8)
    const expected = w - 0.01 * (g / (Math.abs(g) + options.epsilon) + (matrix ? options.decay * w : 0))
    expect(state.weights.get(name)![i]).toBeCloseTo(expected, 4)
  }
  raw.close()
  t.close()
})

test('it learns a batch by heart', async () => {
  const t = new Trainer(shape, freshState(shape, weights), adamW)
  const first = await t.descend(batch, batch.cotangents, 0.02)
  for (let i = 0; i < 120; i++) await t.descend(batch, batch.cotangents, 0.02)
  const last = await t.descend(batch, batch.cotangents, 0.02)
  t.close()
  expect(first.loss).toBeGreaterThan(4)
  expect(last.loss).toBeLessThan(0.5)
})

test('a batch in several passes is the batch in one', async () => {
  const whole = new Trainer(shape, freshState(shape, weights))
  const { loss, norm } = await whole.descend(batch, batch.cotangents, 0.01)
  const parts = new Trainer(shape, freshState(shape, weights))
  const L = batch.length
  let sum = 0
  for (const at of [0, 2]) {
    const cut = <T extends Int32Array | Uint8Array | Float32Array>(xs: T, width: number): T => xs.slice(at * width, (at + 2) * width) as T
    const { tokens, targets, positions } = batch
    const rows = {
      rows: 2,
      length: L,
      tokens: cut(tokens, L),
      targets: cut(targets, L),
      positions: cut(positions, L),
      sees: cut(batch.sees, L * L),
    }
    sum += await parts.gradient(rows, cut(batch.cotangents, L))
  }
  expect(sum).toBeCloseTo(loss, 5)
  expect(await parts.apply(0.01)).toBeCloseTo(norm, 4)
  expect(parts.step).toBe(1)
  const [a, b] = [await whole.weights(), await parts.weights()]
  // Adam's first step is nearly a sign: only where the gradient is no rounding error can the two agree.
  const near = [...a].flatMap(([name, xs]) => [...xs].map((x, i) => Math.abs(x - b.get(name)![i])))
  expect(near.filter(d => d > 1e-4).length / near.length).toBeLessThan(0.01)
  await expect(parts.apply(0.01)).rejects.toThrow('expected a gradient, found none')
  whole.close()
  parts.close()
})

test('entropies and divergences are those of the laws, and have their gradients', async () => {
  const other = new Trainer(shape, freshState(shape, freshWeights(shape, 2)))
  const reference = await other.laws(batch)
  other.close()
  const figuresAt = async (w: typeof weights) => {
    const t = new Trainer(shape, freshState(shape, w))
    const out = {
      laws: await t.laws(batch),
      plain: await t.figures(batch),
      both: await t.figures(batch, reference),
      lp: await t.logprobs(batch),
    }
    t.close()
    return out
  }
  const { laws, plain, both, lp } = await figuresAt(weights)
  const V = shape.vocabulary
  for (const i of [0, 5, batch.length + 3]) {
    const law = [...laws.subarray(i * V, (i + 1) * V)]
    expect(law.reduce((s, x) => s + Math.exp(x), 0)).toBeCloseTo(1, 4)
    expect(plain.lp[i]).toBeCloseTo(lp[i], 4)
    expect(plain.H[i]).toBeCloseTo(-law.reduce((s, x) => s + Math.exp(x) * x, 0), 4)
    expect(both.H[i]).toBeCloseTo(plain.H[i], 5)
    expect(both.kl![i]).toBeCloseTo(
      law.reduce((s, x, j) => s + Math.exp(x) * (x - reference[i * V + j]), 0),
      4,
    )
  }
  expect(plain.kl).toBeUndefined()
  const n = batch.rows * batch.length
  const c = [1, 2, 3].map(k => Float32Array.from({ length: n }, (_, i) => Math.sin(k * i) / n))
  const total = async (w: typeof weights): Promise<number> => {
    const { both: f } = await figuresAt(w)
    return [f.lp, f.H, f.kl!].reduce((s, xs, k) => s + xs.reduce((a, x, i) => a + x * c[k][i], 0), 0)
  }
  const t = new Trainer(shape, freshState(shape, weights), { ...adamW, epsilon: 1e6, decay: 0, clip: 1e9 })
  await t.figuresGradient(batch, { lp: c[0], H: c[1], kl: c[2] }, reference)
  await t.apply(1e6)
  const after = await t.weights()
  t.close()
  for (const [name, i] of [
    ['embed', 24 * 16 + 3],
    ['layers.0.query', 37],
    ['layers.0.down', 17],
    ['head', 24 * 5],
  ] as const) {
    // The embedding is steep here: a longer step would see its curvature.
    const h = 0.005
    const moved = (by: number) => {
      const data = weights.get(name)!.slice()
      data[i] += by
      return total(new Map(weights).set(name, data))
    }
    const numeric = ((await moved(h)) - (await moved(-h))) / (2 * h)
    expect(Math.abs(weights.get(name)![i] - after.get(name)![i] - numeric), name).toBeLessThan(2e-4 + 0.02 * Math.abs(numeric))
  }
})
