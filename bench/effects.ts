// What the runtime costs per effect, the model's own time subtracted: journal off, journal in memory, journal on disk.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Live, Provider } from '../src/contract/index.ts'
import { AddressedRandom, backup, descend, mean, uct } from '../src/kernel/index.ts'
import { toy, toyModel } from '../src/runtime/fixture/toy.ts'
import { type Journal, method, noJournal, run } from '../src/runtime/index.ts'
import { openStore } from '../src/store/index.ts'
import type { Row } from './row.ts'

const padding = 'x'.repeat(900)

/** Answers of about 1 KB after some simulated waiting. */
// Without keys: looking for twins is a world's wish, not a cost of an effect.
const { key: _, ...world } = toy(60)
const inner = toyModel()
const model: Provider = {
  ...inner,
  async sample(messages, o, live) {
    await live.sleep(100 + live.random.next() * 100)
    const { samples, usage } = await inner.sample(messages, o, live)
    return { samples: samples.map(s => ({ ...s, reasoning: padding })), usage }
  },
}
/** CPU time of this thread in microseconds: what other processes do does not count. */
const cpu = (): number => {
  const { user, system } = process.threadCpuUsage()
  return user + system
}
/** What the model itself takes for a call. */
async function modelAlone(calls: number): Promise<number> {
  const r = new AddressedRandom(1, 2, 3, 'model')
  const live: Live = {
    index: 0,
    random: r,
    randomAt: i => new AddressedRandom(1, 2, i, 'sample'),
    signal: new AbortController().signal,
    idempotencyKey: 'x',
    now: () => 0,
    sleep: async () => {},
  }
  const begin = cpu()
  for (let i = 0; i < calls; i++) await model.sample([{ role: 'user', content: `step ${i}` }], { n: 1 }, live)
  return (cpu() - begin) / calls
}

/** UCT over sampled steps: one effect a simulation. */
export const sampled = method({
  id: 'bench',
  knobs: {},
  needs: ['policy'],
  async run(s) {
    const t = s.tree
    const score = uct(t, { c: 1 })
    await s.workers(async sim => {
      const leaf = sim.hold(descend(t, score, sim.random, { go: n => t.M[n] + t.N[n] > 4 && t.first(n) !== -1 }))
      const [child] = await s.expand(leaf, { n: 1 })
      if (child !== undefined) backup(t, child, Number(String(t.state(child)).at(-1)) / 10, mean)
    })
  },
})

async function once(calls: number, journal: Journal): Promise<number> {
  const begin = cpu()
  const r = await run({ world, method: sampled, model, budget: { calls } }, '', { concurrency: 32, journal })
  const whole = cpu() - begin
  if (r.spent.calls !== calls) throw new Error(`expected ${calls} calls, found ${r.spent.calls}`)
  return whole / calls
}

const median = (xs: readonly number[]): number => xs.toSorted((a, b) => a - b)[xs.length >> 1]

export async function bench({ smoke }: { smoke: boolean }): Promise<Row[]> {
  const rows: Row[] = []
  const folder = mkdtempSync(join(tmpdir(), 'espalier-bench-'))
  try {
    // Warm: the compiler has seen it all before anything is counted.
    await once(smoke ? 200 : 20_000, noJournal())
    await modelAlone(smoke ? 200 : 20_000)
    const own = await modelAlone(smoke ? 200 : 20_000)
    rows.push({ name: 'the simulated model itself, per call (subtracted below)', value: own, unit: 'us' })
    for (const calls of smoke ? [500] : [1000, 100_000]) {
      const repeats = smoke ? 1 : calls > 10_000 ? 3 : 9
      const off: number[] = []
      const on: number[] = []
      for (let i = 0; i < repeats; i++) {
        off.push(await once(calls, noJournal()))
        const store = openStore(folder)
        const handle = store.create({ world: 'bench', method: { id: 'bench', version: 1 }, task: null })
        on.push(await once(calls, handle.journal))
        const { id } = handle
        handle.close()
        store.remove(id)
        store.close()
      }
      const bars = calls === 100_000
      rows.push({
        name: `bookkeeping per effect, ${calls} effects, journal off`,
        value: median(off) - own,
        unit: 'us',
        ...(bars ? { bar: 'at most' as const, target: 15 } : {}),
      })
      rows.push({
        name: `bookkeeping per effect, ${calls} effects, journal on disk`,
        value: median(on) - own,
        unit: 'us',
        ...(bars ? { bar: 'at most' as const, target: 50 } : {}),
      })
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  return rows
}
