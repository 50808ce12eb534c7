import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Live } from '../../contract/index.ts'
import { AddressedRandom } from '../../kernel/random.ts'
import { seedlingProvider } from './provider.ts'
import { type Shape, seedlingShape, sizeOf, tensors, type Weights } from './shape.ts'
import { encode } from './vocabulary.ts'

const shape: Shape = { ...seedlingShape, width: 32, layers: 2, heads: 2, hidden: 32 }
const weights: Weights = new Map(
  tensors(shape).map((t, i) => {
    const r = new AddressedRandom(1, i, 0, 'test')
    return [t.name, Float32Array.from({ length: sizeOf(t.shape) }, () => (t.shape.length === 1 ? 1 : 0.4 * r.normal()))]
  }),
)
const model = (o = {}) => seedlingProvider(shape, weights, { pages: 4096, ...o })
const live = (address = 1, index = 0, signal = new AbortController().signal): Live => ({
  index,
  random: new AddressedRandom(1, address, 0, 'call'),
  randomAt: i => new AddressedRandom(1, address, i, 'sample'),
  signal,
  idempotencyKey: `${address}`,
  now: () => 0,
  sleep: async () => {},
})
const prompt = (text: string) => [{ role: 'user' as const, content: text }]
const texts = async (m: ReturnType<typeof model>, content: string, n: number, l: Live, o = {}) =>
  (await m.sample(prompt(content), { n, max: 12, ...o }, l)).samples.map(s => s.text)

test('a sample is a function of its address and number, whoever is served beside it', async () => {
  const alone = await texts(model(), '24 : 4 9 10 13 ;', 6, live(7))
  expect(new Set(alone).size).toBeGreaterThan(1)
  for (const width of [1, 3, 64]) {
    const m = model({ width })
    const crowd = Array.from({ length: 9 }, (_, i) => texts(m, `${20 + (i % 4)} : 4 9 10 13 ;`, 1 + (i % 3), live(100 + i)))
    const together = await texts(m, '24 : 4 9 10 13 ;', 6, live(7))
    expect(together).toEqual(alone)
    await Promise.all(crowd)
  }
  const m = model()
  expect(await texts(m, '24 : 4 9 10 13 ;', 2, live(7, 3))).toEqual(alone.slice(3, 5))
})

test('calls end in the order in which they were made', async () => {
  const m = model({ width: 4 })
  const ended: number[] = []
  const lengths = [30, 2, 9, 1, 17, 3, 25, 1]
  await Promise.all([
    ...lengths.map((max, i) => m.sample(prompt(`${i} : 1 2 3 ;`), { n: 2, max, stop: [] }, live(i)).then(() => ended.push(i))),
    m.next([[1, 2]], live(50)).then(() => ended.push(lengths.length)),
  ])
  expect(ended).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8])
})

test('a cancelled call rejects and the others go on', async () => {
  const m = model({ width: 2 })
  const stop = new AbortController()
  const before = m.sample(prompt('9 : 1 2 ;'), { n: 1, max: 20 }, live(1))
  const cancelled = m.sample(prompt('9 : 1 2 ;'), { n: 40, max: 20 }, live(2, 0, stop.signal))
  const after = texts(m, '9 : 1 2 ;', 3, live(3))
  stop.abort(new Error('enough'))
  await expect(cancelled).rejects.toThrow('enough')
  expect((await before).samples).toHaveLength(1)
  expect(await after).toEqual(await texts(model(), '9 : 1 2 ;', 3, live(3)))
  await expect(m.sample(prompt('9 : 1 2 ;'), { n: 1 }, live(4, 0, stop.signal))).rejects.toThrow('enough')
})

test('usage stays within what was declared', async () => {
  const m = model()
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 62 }),
      fc.integer({ min: 1, max: 5 }),
      fc.option(fc.nat(70), { nil: undefined }),
      async (length, n, max) => {
        const messages = prompt(Array.from({ length }, (_, i) => i).join(' '))
        const bound = m.max(messages, { n, max })
        const { usage, samples } = await m.sample(messages, { n, max, stop: [] }, live(length))
        expect(samples).toHaveLength(n)
        expect(usage).toMatchObject({ calls: n, requests: 1, inputTokens: length })
        expect(bound).toMatchObject({ calls: n, requests: 1, inputTokens: length })
        expect(usage.outputTokens).toBeLessThanOrEqual(bound.outputTokens!)
        for (const s of samples) if (s.finish === 'cut') expect(s.tokens).toHaveLength(bound.outputTokens! / n)
      },
    ),
    { numRuns: 40 },
  )
})

test('a stop ends a sample and stands at its end', async () => {
  const m = model()
  const free = (await m.sample(prompt('24 : 4 9 10 13 ;'), { n: 1, max: 20, temperature: 0 }, live())).samples[0]
  const ids = free.tokens!.map(t => t.id)
  const cut = ids.findIndex((id, i) => i >= 2 && ids.indexOf(id) === i)
  const stop = [
    free.text
      .split(' ')
      .slice(cut - 1, cut + 1)
      .join(' '),
    'never said',
  ]
  const stopped = (await m.sample(prompt('24 : 4 9 10 13 ;'), { n: 1, max: 20, temperature: 0, stop }, live())).samples[0]
  expect(stopped).toMatchObject({
    finish: 'stop',
    text: free.text
      .split(' ')
      .slice(0, cut + 1)
      .join(' '),
  })
})

test('log-probabilities: of samples, of the same text scored, and of the law are one', async () => {
  const m = model()
  const content = '24 : 4 9 10 13 ;'
  const [s] = (await m.sample(prompt(content), { n: 1, max: 10, temperature: 1.7, topP: 0.9 }, live())).samples
  const scored = await m.score(prompt(content), s.text, live())
  expect(scored.tokens).toEqual(s.tokens)
  expect(scored.logprob).toBe(s.tokens!.reduce((a, t) => a + t.logprob, 0))
  const start = encode(content)
  const { laws, usage } = await m.next(
    s.tokens!.map((_, i) => [...start, ...s.tokens!.slice(0, i).map(t => t.id)]),
    live(),
  )
  for (const [i, t] of s.tokens!.entries()) expect(laws[i][t.id]).toBe(t.logprob)
  expect(usage.calls).toBe(s.tokens!.length)
  expect((await m.sample(prompt(content), { n: 1, max: 3, logprobs: false }, live())).samples[0].tokens).toBeUndefined()
  expect((await m.score(prompt(content), '', live())).logprob).toBe(0)
})

test('a fork is kept and costs nothing to go on from', async () => {
  const m = model({ pages: 256 })
  const prefix = encode('24 : 4 9 10 13 ;')
  const fork = await m.fork(prefix)
  for (let i = 0; i < 30; i++) await texts(m, `${i} : 5 6 7 ;`, 2, live(i))
  const before = m.engine.computed
  m.engine.places([prefix])
  expect(m.engine.computed).toBe(before)
  fork.release()
  fork.release()
})

test('what cannot be asked is refused in one line', async () => {
  const m = model()
  const long = Array.from({ length: 64 }, () => 1).join(' ')
  await expect(m.sample(prompt(long), { n: 1 }, live())).rejects.toThrow('expected a prompt of at most 63 tokens, found 64')
  await expect(m.sample(prompt(''), { n: 1 }, live())).rejects.toThrow(/at least one token, found none/)
  await expect(m.sample(prompt('24 : pear'), { n: 1 }, live())).rejects.toThrow(/"pear" as word 3/)
  await expect(m.next([[1, 500]], live())).rejects.toThrow(/found 500/)
  await expect(m.next([Array.from({ length: 65 }, () => 1)], live())).rejects.toThrow(/at most 64 tokens, found 65/)
  await expect(m.score(prompt(long), '1 2', live())).rejects.toThrow(/at most 65 tokens, found 66/)
  await expect(m.fork([])).rejects.toThrow(/found none/)
  expect(() => m.max(prompt('?'), { n: 1 })).toThrow(/vocabulary/)
})

test('a call that finds no room in the cache fails, and the next ones are served as ever', async () => {
  const m = model({ pages: 96, width: 8 })
  const forks = await Promise.all([0, 1, 2].map(i => m.fork(Array.from({ length: 20 }, (_, j) => i + j))))
  const long = Promise.all(Array.from({ length: 6 }, (_, i) => m.sample(prompt(`${i} : 1 2 3 ;`), { n: 1, max: 50, stop: [] }, live(i))))
  await expect(long).rejects.toThrow(/all 96 pages in use/)
  for (const fork of forks) fork.release()
  for (let i = 0; i < 3; i++)
    expect(await texts(m, `${i} : 5 6 7 ;`, 1, live(i))).toEqual(await texts(model(), `${i} : 5 6 7 ;`, 1, live(i)))
  await expect(m.next([Array.from({ length: 60 }, (_, i) => i)], live())).resolves.toBeDefined()
})
