// Parallel search in simulated time: use of the slots, yield of the paid calls, and regret against sequential search.
import type { PureWorld, Value } from '../src/contract/index.ts'
import { AddressedRandom, backup, descendEdges, mean, uct } from '../src/kernel/index.ts'
import { toy, toyModel, toyValue } from '../src/runtime/fixture/toy.ts'
import { method, run } from '../src/runtime/index.ts'
import { sampled } from './effects.ts'
import type { Row } from './row.ts'

const branch = 4
const deep = 6
type Path = readonly number[]

/** A tree of known values: every edge is worth a number drawn from its address; a leaf the mean of its way. */
function synthetic(seed: number) {
  const key = (p: Path): number => p.reduce((h, a) => h * 5 + a + 1, 0)
  const edge = (p: Path, a: number): number => new AddressedRandom(seed, key(p), a, 'edge').next()
  const best = new Map<number, number>()
  const walk = (p: Path, sum: number): number => {
    let b = p.length === deep ? sum / deep : -1
    if (p.length < deep) for (let a = 0; a < branch; a++) b = Math.max(b, walk([...p, a], sum + edge(p, a)))
    best.set(key(p), b)
    return b
  }
  walk([], 0)
  const world: PureWorld<Path, number, number, null> = {
    kind: 'pure',
    id: 'synthetic',
    start: () => [],
    step: (s, a) => [...s, a],
    outcome: s => (s.length === deep ? { answer: key(s) } : null),
    render: c => [{ role: 'user', content: `judge ${c.state.join('')}` }],
    parse: Number,
    actions: s => (s.length < deep ? Array.from({ length: branch }, (_, a) => a) : []),
    player: () => 0,
  }
  /** A noisy random play-out below a place: one call of the model, whose reply is only its latency. */
  const value: Value<Path, number> = {
    id: 'play-out',
    async value(at, io) {
      await io.model().sample(at.messages())
      const p = [...at.state]
      const r = io.random('play-out', at.Q, at.tried.length)
      let sum = 0
      for (let d = 0; d < deep; d++) {
        const a = d < at.state.length ? at.state[d] : r.int(branch)
        sum += edge(p.slice(0, d), a)
        if (d >= at.state.length) p.push(a)
      }
      return { value: sum / deep + 0.15 * (r as AddressedRandom).normal() }
    },
  }
  return { world, value, optimum: () => best.get(0)!, worth: (p: Path) => best.get(key(p))! }
}

/** UCT over enumerated edges; what is in flight counts as visits without value (WU-UCT), as everywhere in Espalier. */
const search = method({
  id: 'regret',
  knobs: { c: 0.35 },
  needs: ['policy', 'value'],
  async run(s, k) {
    const t = s.tree
    const score = uct(t, { c: k.c })
    await s.propose(t.root, { how: 'all' })
    await s.workers(async sim => {
      const e = sim.hold(descendEdges(t, score, sim.random))
      const [n] = await s.step([e])
      const [a] = await s.value([n])
      if (!t.is(n, 'end') && t.edges(n).length === 0) await s.propose(n, { how: 'all' })
      backup(t, n, a.value, mean)
    })
  },
  answer: t => t.children(t.root).toSorted((a, b) => t.N[b] - t.N[a])[0] ?? null,
})

export async function bench({ smoke }: { smoke: boolean }): Promise<Row[]> {
  const rows: Row[] = []
  const calls = smoke ? 300 : 5000
  for (const slots of [8, 32]) {
    const r = await run(
      { world: toy(40), method: sampled, model: toyModel({ latency: 1000, sigma: 0.8 }), value: toyValue, budget: { calls } },
      '',
      { concurrency: slots },
    )
    rows.push({
      name: `slot use to the last start, ${slots} in flight, ${calls} calls`,
      value: r.slotUse,
      unit: '',
      ...(slots === 32 ? { bar: 'at least' as const, target: smoke ? 0.5 : 0.95 } : {}),
    })
    rows.push({ name: `yield of the paid calls, ${slots} in flight`, value: r.yield, unit: '', bar: 'at least', target: 1 })
  }
  const seeds = smoke ? 3 : 200
  const sequential: number[] = []
  for (const slots of [1, 8, 32]) {
    const regret: number[] = []
    for (let seed = 0; seed < seeds; seed++) {
      const { world, value, optimum, worth } = synthetic(seed)
      const r = await run(
        { world, method: search, model: toyModel({ latency: 1000, sigma: 0.8 }), value, budget: { calls: smoke ? 100 : 1000 } },
        null,
        { concurrency: slots, seed },
      )
      const n = r.nodes[0]
      regret.push(optimum() - (n === undefined ? 0 : worth(r.tree.state(n))))
    }
    const m = regret.reduce((a, b) => a + b, 0) / seeds
    const se = Math.sqrt(regret.reduce((a, b) => a + (b - m) ** 2, 0) / seeds / Math.max(1, seeds - 1))
    if (slots === 1) sequential.push(m)
    rows.push({
      name: `regret of the first move, ${slots} in flight, ${seeds} trees`,
      value: m,
      unit: '',
      note: `standard error ${se.toFixed(4)}`,
      ...(slots > 1 && sequential[0] > 0 ? { ratio: m / sequential[0], ...(smoke ? {} : { bar: 'at most' as const, target: 1.1 }) } : {}),
    })
  }
  return rows
}
