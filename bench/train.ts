// How fast and in how much memory weights are trained: the bare step and whole tunings, beside a plain matrix product in the same run, which is what they could
// come to at most. Processor time of one thread: what other processes take of the machine does not count.
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { blockUntilReady, numpy as np } from '@jax-js/jax'
import { AddressedRandom } from '../src/kernel/random.ts'
import { batchAt, freshState, freshWeights, rowLength, saveCheckpoint, Trainer } from '../src/learn/seedling/index.ts'
import { type TunePlan, type TuneRow, tune } from '../src/learn/tune/index.ts'
import { type Shape, seedlingShape, sizeOf, tensors } from '../src/model/seedling/index.ts'
import type { Row } from './row.ts'

/** What a study of feasibility came to before any of this was written, with the same library on two cores: seconds of a step on 64 rows of 32 columns, one thread. */
const study = { step: 0.32, parameters: 623_000 } as const
/** What the library's memory ends at. */
const addressable = 2 ** 32

/** Seconds of processor time of this process. */
function clock(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}
const MiB = (bytes: number): number => bytes / 2 ** 20

/** Floating-point operations a second of a square matrix product: what a kernel of this library comes to where there is nothing but products. */
async function product(side: number, times: number): Promise<number> {
  const a = np.ones([side, side])
  const b = np.ones([side, side])
  let best = 0
  for (let i = 0; i < times + 1; i++) {
    const from = clock()
    for (let j = 0; j < 10; j++) (await blockUntilReady(np.dot(a.ref, b.ref))).dispose()
    if (i > 0) best = Math.max(best, (10 * 2 * side ** 3) / (clock() - from))
  }
  a.dispose()
  b.dispose()
  return best
}

/** Tokens a second of steps on 64 rows of 32 columns, all of them full, in one pass; forward only, or a whole step. */
async function stepping(shape: Shape, steps: number, what: 'forward' | 'step'): Promise<number> {
  const trainer = new Trainer(shape, freshState(shape, freshWeights(shape, 1)))
  const rows = 64
  let from = 0
  for (let step = 1; step <= steps + 2; step++) {
    if (step === 3) from = clock()
    const batch = batchAt(1, 'train', step, rows)
    if (what === 'step') await trainer.descend(batch, batch.cotangents, 1e-4)
    else await trainer.logprobs(batch)
  }
  const speed = (steps * rows * rowLength) / (clock() - from)
  trainer.close()
  return speed
}

/** Rows as they come: of many lengths, a prompt and what is said after it. */
function rowsOf(n: number, pairs: boolean): TuneRow[] {
  const random = new AddressedRandom(1, 0, 0, 'bench rows')
  return Array.from({ length: n }, (_, i): TuneRow => {
    const length = 12 + random.int(20)
    const tokens = Array.from({ length }, () => random.int(100))
    return {
      tokens,
      segment: tokens.map((_, t) => (t < 7 ? 'prompt' : 'policy')),
      ...(pairs ? { unit: `p${i >> 1}`, label: i % 2 === 0 ? 'chosen' : 'rejected' } : {}),
    }
  })
}
/** Tokens a second of a tuning, pads left out, from its third step on: logprobs of the batch, its loss, gradients pass by pass, the update. */
async function tuning(
  shape: Shape,
  loss: string,
  rows: readonly TuneRow[],
  plan: Partial<TunePlan>,
): Promise<{ speed: number; memory: number }> {
  let from = 0
  let tokens = 0
  const before = process.memoryUsage().rss
  let most = before
  const batch = 64
  const steps = Math.floor(rows.length / batch)
  await tune({
    shape,
    from: freshWeights(shape, 1),
    rows,
    plan: { losses: [{ id: loss }], epochs: 1, batch, reference: 'start', rate: 1e-5, ...plan },
    onEvent(e) {
      if (e.kind !== 'progress') return
      most = Math.max(most, process.memoryUsage().rss)
      if (e.step === 2) from = clock()
      if (e.step === steps) tokens = (rows.reduce((n, r) => n + r.tokens.length, 0) * (steps - 2)) / steps / (clock() - from)
    },
  })
  return { speed: tokens, memory: most - before }
}

function saving(shape: Shape): { seconds: number; bytes: number } {
  const folder = mkdtempSync(join(tmpdir(), 'espalier-bench-'))
  const path = join(folder, 'checkpoint.safetensors')
  try {
    const state = freshState(shape, freshWeights(shape, 1))
    const times: number[] = []
    for (let i = 0; i < 5; i++) {
      const from = clock()
      saveCheckpoint(path, shape, state, {})
      times.push(clock() - from)
    }
    if (!existsSync(path)) throw new Error('no checkpoint was written')
    return { seconds: Math.min(...times), bytes: statSync(path).size }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** @param o.smoke a few seconds, to see that it runs */
export async function bench({ smoke = false }: { smoke?: boolean } = {}): Promise<Row[]> {
  const shape: Shape = smoke ? { ...seedlingShape, width: 32, layers: 1, heads: 2, hidden: 32 } : seedlingShape
  const parameters = tensors(shape).reduce((n, t) => n + sizeOf(t.shape), 0)
  const out: Row[] = []
  const side = smoke ? 128 : 512
  const flops = await product(side, smoke ? 1 : 5)
  out.push({ name: `train: the limit, a matrix product of ${side} x ${side} x ${side}`, value: flops / 1e9, unit: 'GFLOP/CPU-s' })
  // Two operations a parameter and token forward, four backward; attention and all that is no product comes on top.
  const forward = await stepping(shape, smoke ? 1 : 10, 'forward')
  out.push({
    name: 'train: forward pass, 64 x 32',
    value: forward,
    unit: 'tokens/CPU-s',
    ratio: (2 * parameters * forward) / flops,
    note: 'ratio: of the plain products',
  })
  const step = await stepping(shape, smoke ? 1 : 10, 'step')
  out.push({
    name: 'train: a step, 64 x 32 in one pass',
    value: step,
    unit: 'tokens/CPU-s',
    ratio: (6 * parameters * step) / flops,
    note: `ratio: of the plain products; ${parameters.toLocaleString('en-US')} parameters`,
  })
  out.push({
    name: 'train: seconds of that step, beside the feasibility study',
    value: (64 * rowLength) / step,
    unit: 'CPU-s',
    ratio: (64 * rowLength) / step / study.step,
    note: `ratio: of its ${study.step} s on one thread; by parameter and token ${((64 * rowLength) / step / parameters / (study.step / study.parameters)).toFixed(2)}`,
  })
  const count = smoke ? 256 : 1024
  // Weights and the two moments: what any AdamW holds.
  const least = 3 * 4 * parameters
  for (const [loss, pairs, micro] of [
    ['sft', false, 64],
    ['sft', false, 16],
    ['dpo', true, 16],
    ['grpo', false, 16],
  ] as const) {
    const rows = rowsOf(count, pairs).map(r => (loss === 'grpo' ? { ...r, advantage: 1, group: 'g' } : r))
    const { speed, memory } = await tuning(shape, loss, rows, { micro })
    out.push({
      name: `train: ${loss}, batch 64, passes of ${micro}`,
      value: speed,
      unit: 'tokens/CPU-s',
      ratio: speed / step,
      note: `ratio: of the bare step; it reads every batch twice, and its rows have 12 to 31 of up to 32 columns. ${MiB(memory).toFixed(0)} MiB on top`,
    })
  }
  out.push({
    name: 'train: memory of the process at its end',
    value: MiB(process.memoryUsage().rss),
    unit: 'MiB',
    ratio: process.memoryUsage().rss / least,
    note: `ratio: of weights and moments, ${MiB(least).toFixed(1)} MiB; of the 4 GiB that the library can address ${((100 * process.memoryUsage().rss) / addressable).toFixed(0)} %`,
  })
  const { seconds, bytes } = saving(shape)
  out.push({
    name: 'train: a checkpoint, weights and moments',
    value: seconds * 1000,
    unit: 'CPU-ms',
    ratio: bytes / least,
    note: 'ratio: of its bytes to weights and moments',
  })
  return out
}
