import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { AddressedRandom } from '../../kernel/index.ts'
import { encode, type Shape, seedlingShape, type Weights } from '../../model/seedling/index.ts'
import { losses } from '../loss/index.ts'
import { freshState, freshWeights, Trainer } from '../seedling/index.ts'
import { objective } from './objective.ts'
import { passesOf } from './pack.ts'
import { readTuneRows, type TuneRow, unitsOf } from './row.ts'
import { tuneRate } from './schedule.ts'
import { type TuneEvent, type TuneOptions, type TunePlan, tune } from './tune.ts'

const shape: Shape = { ...seedlingShape, width: 16, layers: 1, heads: 2, hidden: 16 }
const from = freshWeights(shape, 1)
const root = mkdtempSync(join(tmpdir(), 'tune-'))
afterAll(() => rmSync(root, { recursive: true }))

const row = (prompt: string, said: string, more: Partial<TuneRow> = {}): TuneRow => {
  const [a, b] = [encode(prompt), encode(said)]
  return { tokens: [...a, ...b], segment: [...a.map(() => 'prompt' as const), ...b.map(() => 'policy' as const)], ...more }
}
const pairs = [0, 1, 2, 3].flatMap(i => [
  row(`24 : 4 ${i} ;`, `4 * ${i} = 8 $`, { unit: `p${i}`, label: 'chosen' }),
  row(`24 : 4 ${i} ;`, `4 + ${i} = 9 : 1 2 $`, { unit: `p${i}`, label: 'rejected' }),
])
const words = [1, 2, 3, 4, 5, 6].map(i => row(`24 : ${i} 5 ;`, `${i} + 5 = ${i + 5} $`))
const judged = [1, 2, 3, 4].map((i): TuneRow => {
  const r = row(`24 : ${i} 5 ;`, `${i} + 5 = ${i + 5} : 1 ;`)
  return {
    ...r,
    segment: r.tokens.map(() => 'prompt'),
    verdicts: [
      { at: 5, value: i / 4 },
      { at: r.tokens.length, value: i % 2 },
    ],
  }
})
const small: Partial<TunePlan> = { epochs: 3, batch: 4, micro: 4, rate: 3e-3, warmup: 0.2 }
const of = (rows: readonly TuneRow[], plan: Partial<TunePlan>, more: Partial<TuneOptions> = {}) =>
  tune({ shape, from, rows, plan: { ...small, ...plan }, ...more })
async function lossOf(w: Weights, rows: readonly TuneRow[], plans: Parameters<typeof objective>[0], verdicts = 0): Promise<number> {
  const goal = objective(plans, verdicts)
  const t = new Trainer(shape, freshState(shape, w))
  const start = new Trainer(shape, freshState(shape, from))
  const see = async (trainer: Trainer) => {
    const out = rows.map(r => ({
      lp: new Float64Array(r.tokens.length),
      good: new Float64Array(r.verdicts?.length ?? 0),
      bad: new Float64Array(r.verdicts?.length ?? 0),
    }))
    for (const pass of passesOf(rows, [...rows.keys()], 4, goal.values)) {
      const lp = await trainer.logprobs(pass.rows)
      for (const p of pass.places) (p.verdict < 0 ? out[p.row].lp : out[p.row][p.side])[p.verdict < 0 ? p.token : p.verdict] = lp[p.column]
    }
    return out
  }
  const [seen, was] = [await see(t), await see(start)]
  t.close()
  start.close()
  return goal.price(
    rows,
    seen,
    was.map(x => ({ lo: x.lp, lr: x.lp })),
    { step: 0, random: new AddressedRandom(1, 0, 0, 'x') },
  ).loss
}

describe('what is learnt', () => {
  test.each([
    ['sft', words],
    ['dpo', pairs],
    ['simpo', pairs],
    ['ipo', pairs],
    ['kto', words.map((r, i): TuneRow => ({ ...r, label: i % 2 ? 'desirable' : 'undesirable' }))],
    [
      'list-mle',
      pairs.map((r, i): TuneRow => ({ ...r, label: undefined as never, worth: i % 2, group: r.unit! })).map(({ label: _, ...r }) => r),
    ],
    ['grpo', words.map((r, i): TuneRow => ({ ...r, advantage: i % 2 ? 1 : -1, unit: 'g' }))],
    ['gspo', words.map((r, i): TuneRow => ({ ...r, advantage: i % 2 ? 1 : -1, unit: 'g' }))],
    [
      'value-bce',
      judged.map(
        r =>
          ({
            ...r,
            segment: r.tokens.map((_, t) => (t === 0 ? 'prompt' : 'policy')),
            rewards: r.tokens.map((_, t) => (t === 4 ? 1 : null)),
            verdicts: [{ at: 5 }],
          }) as TuneRow,
      ),
    ],
  ] as const)('%s becomes smaller', async (id, rows) => {
    const plans = [{ id }]
    const { weights, finished } = await of(rows, { losses: plans, rate: 1e-3 })
    expect(finished).toBe(true)
    expect(await lossOf(weights, rows, plans)).toBeLessThan(await lossOf(from, rows, plans))
  })
  test('dft says more of what is copied, though its own number need not fall', async () => {
    const { weights } = await of(words, { losses: [{ id: 'dft' }], rate: 1e-3 })
    expect(await lossOf(weights, words, [{ id: 'sft' }])).toBeLessThan(await lossOf(from, words, [{ id: 'sft' }]))
  })
  test('verdicts, with words or apart', async () => {
    const apart = await of(judged, { losses: [], verdicts: 1 })
    expect(await lossOf(apart.weights, judged, [], 1)).toBeLessThan(await lossOf(from, judged, [], 1))
    const both = [...words, ...judged]
    const together = await of(both, { verdicts: 0.5 })
    expect(await lossOf(together.weights, both, [{ id: 'sft' }], 0.5)).toBeLessThan(await lossOf(from, both, [{ id: 'sft' }], 0.5))
  })
  test('a batch in many passes is the batch in one: denominators are global', async () => {
    const one = await of(words, { micro: 8, batch: 6, epochs: 1 })
    const many = await of(words, { micro: 2, batch: 6, epochs: 1 })
    expect(many.train[0].loss).toBeCloseTo(one.train[0].loss, 5)
    expect(await lossOf(many.weights, words, [{ id: 'sft' }])).toBeCloseTo(await lossOf(one.weights, words, [{ id: 'sft' }]), 3)
  })
  test('at the first step the ratio to the policy that drew is 1, and the margin to the reference 0', async () => {
    const first = (await of(pairs, { losses: [{ id: 'dpo' }], epochs: 1, steps: 1, batch: 8 })).train[0]
    expect(first.loss).toBeCloseTo(Math.log(2), 4)
    expect(first.metrics['dpo.margin']).toBeCloseTo(0, 4)
  })
  test('the iterate as reference: the margin begins anew with each epoch', async () => {
    const o = { losses: [{ id: 'dpo' }], epochs: 2, batch: 8, rate: 3e-3, warmup: 0 }
    const iterate = await of(pairs, { ...o, reference: 'iterate' })
    const start = await of(pairs, { ...o, reference: 'start' })
    expect(iterate.train[1].metrics['dpo.margin']).toBeCloseTo(0, 4)
    expect(start.train[1].metrics['dpo.margin']).toBeGreaterThan(0.01)
    const other = await of(pairs, { ...o, reference: 'start' }, { reference: freshWeights(shape, 2) })
    expect(Math.abs(other.train[0].metrics['dpo.margin'])).toBeGreaterThan(1e-3)
  })
  test('a mixture takes each row where it belongs', async () => {
    const demo = words.map((r): TuneRow => ({ ...r, segment: r.segment.map(s => (s === 'policy' ? 'demo' : s)) }))
    const own = words.map((r, i): TuneRow => ({ ...r, advantage: i % 2 ? 1 : -1 }))
    const mu = { warmup: 0, decay: 4, peak: 0.5, valley: 0.1 }
    const done = await of([...demo, ...own], {
      batch: 12,
      losses: [
        { id: 'phi', on: 'demo', weight: { mu } },
        { id: 'grpo', on: 'policy', weight: { mu, complement: true } },
      ],
    })
    const m = done.train[0].metrics
    expect(done.train[0].loss).toBeCloseTo(0.5 * m.phi + 0.5 * m.grpo, 6)
    expect(m['phi.tokens']).toBe(36)
  })
})

describe('stopping and going on', () => {
  test.each([1, 2, 4])('stopped after step %i, it ends in the same weights', async at => {
    const plan: Partial<TunePlan> = { losses: [{ id: 'dpo' }], verdicts: 0, reference: 'iterate', evaluateEvery: 2, epochs: 3 }
    const more = { dev: pairs.slice(0, 4) }
    const whole = await of(pairs, plan, more)
    const folder = join(root, `stop-${at}`)
    const stop = new AbortController()
    const onEvent = (e: TuneEvent) => {
      if (e.kind === 'saved' && e.step === at) stop.abort()
    }
    const first = await of(pairs, plan, { ...more, folder, saveEvery: 1, signal: stop.signal, onEvent })
    expect(first).toMatchObject({ finished: false, step: at })
    const second = await of(pairs, plan, { ...more, folder })
    expect(second.weights).toEqual(whole.weights)
    expect(second.train).toEqual(whole.train)
    expect(second.dev).toEqual(whole.dev)
  })
  test('the best weights on held-out rows are kept, and it ends when they are long past', async () => {
    // Held out is the opposite of what is learnt: it only gets worse.
    const against = pairs.map((r, i): TuneRow => ({ ...pairs[i % 2 ? i - 1 : i + 1], label: r.label!, unit: r.unit! }))
    const done = await of(pairs, { losses: [{ id: 'dpo' }], evaluateEvery: 1, patience: 2, epochs: 20, warmup: 0 }, { dev: against })
    expect(done).toMatchObject({ step: 2, best: 0, finished: true })
    expect(done.dev.map(d => d.step)).toEqual([0, 1, 2])
    expect(done.weights).toEqual(from)
    // Where it helps, the last step is the best.
    const better = await of(pairs, { losses: [{ id: 'dpo' }], epochs: 4, warmup: 0, evaluateEvery: 1 }, { dev: pairs })
    expect(better.best).toBe(better.train.length)
    expect(better.weights).toEqual((await of(pairs, { losses: [{ id: 'dpo' }], epochs: 4, warmup: 0 })).weights)
  })
})

describe('what is refused, in one line', () => {
  const bad = (rows: unknown[], plan: Partial<TunePlan> = {}, more: Partial<TuneOptions> = {}) => of(rows as TuneRow[], plan, more)
  test.each<[string, Partial<TunePlan>, RegExp]>([
    ['no reference for exact KL', { losses: [{ id: 'kl-exact' }], reference: 'none' }, /exact divergences: they need a reference/],
    ['an unknown loss', { losses: [{ id: 'dpoo' }] }, /no loss is called 'dpoo'/],
    ['no labels', { losses: [{ id: 'dpo' }] }, /loss dpo: expected rows with label, row 0 has none/],
    ['no advantage', { losses: [{ id: 'grpo' }] }, /expected rows with advantage/],
    ['no row of a segment', { losses: [{ id: 'sft', on: 'demo' }] }, /none of the 6 rows has a token/],
    ['no verdicts', { verdicts: 1 }, /expected rows with verdicts/],
    ['nothing to learn', { losses: [] }, /expected a loss/],
  ])('%s', async (_, plan, what) => {
    await expect(bad(words, plan)).rejects.toThrow(what)
  })
  test('no reference for a loss that needs one', async () => {
    await expect(bad(pairs, { losses: [{ id: 'dpo' }], reference: 'none' })).rejects.toThrow('needs a reference')
  })
  test.each<[string, unknown, RegExp]>([
    ['a wrong column', { ...words[0], segments: [] }, /row 1: no column is called 'segments'/],
    ['NaN', { ...words[0], reward: Number.NaN }, /row 1: expected a finite reward, found NaN/],
    ['NaN in an array', { ...words[0], advantage: words[0].tokens.map(() => Number.NaN) }, /expected finite advantages, found NaN/],
    ['an unknown token', { ...words[0], tokens: words[0].tokens.with(3, 500) }, /expected token ids 0 to 127, found 500/],
    ['too few segments', { ...words[0], segment: ['prompt'] }, /expected a segment for each/],
    ['a verdict past the end', { ...words[0], verdicts: [{ at: 99, value: 1 }] }, /expected a verdict after/],
    ['too long', { tokens: Array(65).fill(1), segment: Array(65).fill('prompt') }, /at most 64 tokens, found 65/],
  ])('%s', async (_, row, what) => {
    await expect(bad([words[1], row])).rejects.toThrow(what)
  })
  test('a file: the line is named', () => {
    const good = JSON.stringify(words[0])
    expect(readTuneRows(`${good}\n\n${good}\n`, shape, 'rows.jsonl')).toHaveLength(2)
    expect(() => readTuneRows(`${good}\n{"tokens":[1,NaN]}`, shape, 'rows.jsonl')).toThrow(/rows.jsonl, line 2: expected JSON/)
    expect(() => readTuneRows(`{"token":[1]}`, shape, 'rows.jsonl')).toThrow(/line 1: no column is called 'token'/)
  })
  test('a unit that is torn apart', () => {
    expect(unitsOf(pairs)).toEqual([
      [0, 1],
      [2, 3],
      [4, 5],
      [6, 7],
    ])
    expect(() => unitsOf([pairs[0], pairs[2], pairs[1]])).toThrow(/row 2: expected the rows of unit 'p0' one after another/)
  })
  test('weights of another shape, or with a NaN', async () => {
    await expect(bad(words, {}, { from: freshWeights({ ...shape, hidden: 32 }, 1) })).rejects.toThrow(/numbers in layers.0.gate/)
    const nan = new Map(from).set('norm', new Float32Array(16).fill(Number.NaN))
    await expect(bad(words, {}, { from: nan })).rejects.toThrow(/finite numbers in norm/)
  })
  test('a loss that runs away leaves the last good checkpoint; another training does not continue it', async () => {
    const folder = join(root, 'away')
    const stop = new AbortController()
    await of(words, {}, { folder, saveEvery: 1, signal: stop.signal, onEvent: e => e.kind === 'saved' && stop.abort() })
    const path = join(folder, 'checkpoint.safetensors')
    const held = readFileSync(path)
    await expect(of(words, { seed: 2 }, { folder })).rejects.toThrow(/found one of another/)
    const wild = join(root, 'wild')
    const saved: number[] = []
    const onEvent = (e: TuneEvent) => e.kind === 'saved' && saved.push(e.step)
    await expect(of(words, { rate: 1e30, epochs: 3 }, { folder: wild, saveEvery: 1, onEvent })).rejects.toThrow(/expected finite logprobs/)
    expect(saved).toEqual([])
    writeFileSync(path, held.subarray(0, 1000))
    await expect(of(words, {}, { folder })).rejects.toThrow(/expected a/)
  })
})

test('verdicts see their prefix only, at the position after it; a verdict over the whole row sees its last word', async () => {
  const t = new Trainer(shape, freshState(shape, from))
  const verdictOf = async (r: TuneRow): Promise<number[]> => {
    const [pass] = passesOf([r], [0], 2, true)
    const lp = await t.logprobs(pass.rows)
    return pass.places.filter(p => p.verdict >= 0).map(p => lp[p.column])
  }
  const whole = row('24 : 4 6 ;', '4 * 6 = 24 $')
  const short: TuneRow = { tokens: whole.tokens.slice(0, 5), segment: whole.segment.slice(0, 5), verdicts: [{ at: 5 }] }
  const within = await verdictOf({ ...whole, verdicts: [{ at: 5 }] })
  expect(await verdictOf(short)).toEqual(within.map(x => expect.closeTo(x, 5)))
  const end = { ...whole, verdicts: [{ at: whole.tokens.length }] }
  const other = { ...end, tokens: end.tokens.with(-1, 3) }
  expect((await verdictOf(other))[0]).not.toBeCloseTo((await verdictOf(end))[0], 5)
  t.close()
})

test('the rate rises, then falls to its floor', () => {
  const plan = { rate: 1, warmup: 0.1, floor: 0.1, fall: 'cosine' } as const
  const rates = Array.from({ length: 100 }, (_, i) => tuneRate(plan, i + 1, 100))
  expect(rates[0]).toBeCloseTo(0.1)
  expect(rates[9]).toBe(1)
  expect(rates.at(-1)).toBeCloseTo(0.1)
  expect(rates.slice(10).every((r, i) => i === 0 || r <= rates[i + 9])).toBe(true)
  const other = (fall: 'linear' | 'none') => [10, 55, 100].map(step => tuneRate({ ...plan, fall }, step, 100))
  expect(other('linear')).toEqual([1, 0.55, 0.1].map(x => expect.closeTo(x)))
  expect(other('none')).toEqual([1, 1, 1])
})

test('every loss is served', () => {
  for (const { id } of losses.values()) expect(() => objective([{ id }], 0), id).not.toThrow()
})

describe('laws, not only the words that were said', () => {
  test('an entropy bonus makes the laws wider, a divergence holds them where they were', async () => {
    const spread = await of(words, { losses: [{ id: 'entropy' }], epochs: 20, rate: 1e-3, reference: 'none' })
    expect(spread.train.at(-1)!.metrics['entropy.entropy']).toBeGreaterThan(spread.train[0].metrics['entropy.entropy'])
    const free = await of(words, { epochs: 8, rate: 1e-3 })
    const bound = await of(words, { epochs: 8, rate: 1e-3, losses: [{ id: 'sft' }, { id: 'kl-exact', weight: 20 }] })
    expect(bound.train[0].metrics['kl-exact.kl']).toBeCloseTo(0, 5)
    expect(bound.train.at(-1)!.metrics['kl-exact.kl']).toBeGreaterThan(1e-5)
    const away = async (weights: Weights) =>
      (await of(words, { steps: 1, losses: [{ id: 'kl-exact' }], batch: 8 }, { from: weights, reference: from })).train[0].loss
    expect(await away(bound.weights)).toBeLessThan(0.5 * (await away(free.weights)))
  })
  test('the iterate: the divergence begins anew with each epoch', async () => {
    const o = { losses: [{ id: 'sft' }, { id: 'kl-exact' }], batch: 8, rate: 3e-3, warmup: 0, epochs: 2 }
    expect((await of(words, { ...o, reference: 'iterate' })).train[1].metrics['kl-exact.kl']).toBeCloseTo(0, 5)
    expect((await of(words, { ...o, reference: 'start' })).train[1].metrics['kl-exact.kl']).toBeGreaterThan(1e-4)
  })
  test.each(['start', 'iterate'] as const)('stopped and resumed with the reference %s, it ends in the same weights', async reference => {
    const hints = words.map(
      (r, i): TuneRow => ({ ...r, advantage: i % 2 ? 1 : -1, segment: r.segment.map((s, t) => (t === 5 || t === 6 ? 'prefix' : s)) }),
    )
    const plan: Partial<TunePlan> = {
      reference,
      epochs: 4,
      losses: [
        { id: 'prefix-rft', options: { share: 0.3 } as never },
        { id: 'kl-exact', weight: 0.1 },
      ],
    }
    const whole = await of(hints, plan)
    const folder = join(root, `laws-${reference}`)
    const stop = new AbortController()
    const first = await of(hints, plan, {
      folder,
      saveEvery: 1,
      signal: stop.signal,
      onEvent: e => e.kind === 'saved' && e.step === 3 && stop.abort(),
    })
    expect(first.finished).toBe(false)
    expect((await of(hints, plan, { folder })).weights).toEqual(whole.weights)
  })
})

test('rows in the order given, and the steps of trainings before this one', async () => {
  const seen = async (plan: Partial<TunePlan>) =>
    (await of(words, { batch: 2, epochs: 1, warmup: 0, rate: 1e-9, ...plan })).train.map(x => x.loss)
  const each = await Promise.all(
    [0, 2, 4].map(async i => (await of(words.slice(i, i + 2), { batch: 2, epochs: 1, rate: 1e-9 })).train[0].loss),
  )
  expect(await seen({ inOrder: true })).toEqual(each.map(x => expect.closeTo(x, 4)))
  expect(await seen({})).not.toEqual(each.map(x => expect.closeTo(x, 4)))
  // mu at its step 4 of 4 has reached its valley.
  const mu = { warmup: 0, decay: 4, peak: 0.8, valley: 0.1 }
  const sft = async (before?: number) => {
    const { train } = await of(words, {
      losses: [{ id: 'sft', weight: { mu } }],
      batch: 8,
      epochs: 1,
      ...(before === undefined ? {} : { before }),
    })
    return train[0].loss / train[0].metrics.sft
  }
  expect(await sft()).toBeCloseTo(0.8)
  expect(await sft(4)).toBeCloseTo(0.1)
})

test('a curriculum: what is hard counts less at first and in full at the end', async () => {
  const half = words.map((r, i): TuneRow => ({ ...r, ease: i < 3 ? 0.2 : 1 }))
  const first = async (rows: readonly TuneRow[], curriculum?: [number, number]) =>
    (await of(rows, { batch: 8, epochs: 1, rate: 1e-9, ...(curriculum === undefined ? {} : { curriculum }) })).train[0].loss
  const [easy, hard] = [await first(words.slice(3)), await first(words.slice(0, 3))]
  // Rows are of one length: the batch's mean is that of its halves.
  expect(await first(half, [0, 1])).toBeCloseTo((0.2 * hard + easy) / 2, 4)
  expect(await first(half, [0.5, 1])).toBeCloseTo((0.6 * hard + easy) / 2, 4)
  expect(await first(half, [1, 1.5])).toBeCloseTo((hard + easy) / 2, 4)
  expect(await first(half)).toBeCloseTo((hard + easy) / 2, 4)
  await expect(first(words.map(r => ({ ...r, ease: 2 })))).rejects.toThrow('expected an ease from 0 to 1, found 2')
})
