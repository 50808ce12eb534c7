// How fast the seedling decodes and learns, beside the plain forward pass in the same run. One thread, and its own time: what other
// processes take of the machine does not count.
import { AddressedRandom } from '../src/kernel/random.ts'
import { batchAt, freshState, freshWeights, liveAt, rowLength, Trainer } from '../src/learn/seedling/index.ts'
import { Engine, seedlingProvider, seedlingShape } from '../src/model/seedling/index.ts'
import type { Row } from './row.ts'

/** Milliseconds of processor time of this process. */
function clock(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

/** Rows of `batch` different prompts of 7 tokens, each continued by 24: tokens a second of the continuations, prompts' time included. */
function decoding(batch: number, plain: boolean, tokens: number, repeats: number): number {
  const engine = new Engine(seedlingShape, freshWeights(seedlingShape, 1), { plain })
  let number = 0
  const round = (): void => {
    const random = new AddressedRandom(1, number++, 0, 'bench')
    const word = () => random.int(100)
    let at = engine.places(Array.from({ length: batch }, () => Array.from({ length: 7 }, word)))
    for (const place of at) engine.hold(place)
    for (let t = 0; t < 24; t++) {
      const next = engine.extend(at, at.map(word))
      for (const place of next) engine.hold(place)
      for (const place of at) engine.release(place)
      at = next
    }
    for (const place of at) engine.release(place)
  }
  const rounds = Math.max(1, Math.round(tokens / (24 * batch)))
  round()
  let best = 0
  for (let k = 0; k < repeats; k++) {
    const from = clock()
    for (let i = 0; i < rounds; i++) round()
    best = Math.max(best, (rounds * 24 * batch * 1000) / (clock() - from))
  }
  return best
}

/** The same through the provider: 64 calls at a time, each with its own prompt and random stream, sampled to 24 words. */
async function serving(calls: number): Promise<number> {
  const model = seedlingProvider(seedlingShape, freshWeights(seedlingShape, 1))
  let words = 0
  const from = clock()
  for (let first = 0; first < calls; first += 64)
    await Promise.all(
      Array.from({ length: 64 }, async (_, i) => {
        const content = `${(first + i) % 97} : ${(first * 7 + i) % 89} ${i} 3 4 ;`
        const { usage } = await model.sample([{ role: 'user', content }], { n: 1, max: 24 }, liveAt(1, first + i))
        words += usage.outputTokens ?? 0
      }),
    )
  return (words * 1000) / (clock() - from)
}

async function training(steps: number): Promise<number> {
  const trainer = new Trainer(seedlingShape, freshState(seedlingShape, freshWeights(seedlingShape, 1)))
  const rows = 64
  let from = 0
  for (let step = 1; step <= steps + 2; step++) {
    if (step === 3) from = clock()
    const batch = batchAt(1, 'train', step, rows)
    await trainer.descend(batch, batch.cotangents, 1e-4)
  }
  const speed = (steps * rows * rowLength * 1000) / (clock() - from)
  trainer.close()
  return speed
}

/** @param o.smoke a few seconds, to see that it runs */
export async function bench({ smoke = false }: { smoke?: boolean } = {}): Promise<Row[]> {
  const out: Row[] = []
  const [tokens, repeats] = smoke ? [1500, 1] : [30_000, 3]
  for (const batch of [1, 16, 64]) {
    const value = decoding(batch, false, tokens, repeats)
    const plain = decoding(batch, true, tokens / 20, repeats)
    out.push({
      name: `seedling: decoding, batch ${batch}`,
      value,
      unit: 'tokens/CPU-s',
      ...(batch === 64 ? { bar: 'at least', target: 20_000 } : {}),
      note: `${(value / plain).toFixed(1)} times the plain forward pass`,
    })
    out.push({ name: `seedling: plain forward pass, batch ${batch}`, value: plain, unit: 'tokens/CPU-s' })
  }
  out.push({
    name: 'seedling: sampling through the provider, 64 calls at a time',
    value: await serving(smoke ? 64 : 1280),
    unit: 'tokens/CPU-s',
  })
  const before = process.memoryUsage().rss
  out.push({ name: 'seedling: training, batch 64 x 32', value: await training(smoke ? 1 : 12), unit: 'tokens/CPU-s' })
  out.push({
    name: 'seedling: memory of training, over what decoding holds',
    value: (process.memoryUsage().rss - before) / 2 ** 20,
    unit: 'MiB',
  })
  const engine = new Engine(seedlingShape, freshWeights(seedlingShape, 1))
  out.push({ name: 'seedling: memory of an engine, weights and a cache of 8,192 prefixes', value: engine.bytes / 2 ** 20, unit: 'MiB' })
  return out
}
