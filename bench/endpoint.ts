// What a call of an endpoint costs here beyond the same call made with its client, and how full the slots of many tasks at once are kept.
import { fork } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { OpenAI } from 'openai'
import type { Live, Provider } from '../src/contract/index.ts'
import { liveCall } from '../src/model/fixture/live.ts'
import { openai } from '../src/model/index.ts'
import { solve } from '../src/run/index.ts'
import { grower } from '../src/runtime/fixture/methods.ts'
import { toy, toyValue } from '../src/runtime/fixture/toy.ts'
import { method, run } from '../src/runtime/index.ts'
import type { Row } from './row.ts'

const median = (xs: number[]): number => [...xs].sort((a, b) => a - b)[xs.length >> 1]

/** A server in a process of its own, so that it does not take our turns. */
async function served(latency: number): Promise<{ url: string; stop(): void }> {
  const child = fork(join(import.meta.dirname, '../src/model/fixture/serve.ts'), [String(latency)], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  })
  const url = await new Promise<string>((resolve, reject) => {
    let text = ''
    child.stdout!.on('data', d => {
      text += d
      if (text.includes('\n')) resolve(text.trim())
    })
    child.on('exit', () => reject(new Error('the server ended')))
  })
  return { url, stop: () => void child.disconnect() }
}

/** As many calls of a model as it is told, one after the other, at one place. */
const repeated = (times: number, each: () => void) =>
  method({
    id: 'repeated',
    knobs: {},
    needs: ['policy'],
    async run(s) {
      for (let i = 0; i < times; i++) {
        await s.model().sample([{ role: 'user', content: `say ${i}` }])
        each()
      }
    },
  })

export async function bench({ smoke }: { smoke: boolean }): Promise<Row[]> {
  const rows: Row[] = []
  await overhead(rows, smoke)
  await tasks(rows, smoke)
  return rows
}

async function overhead(rows: Row[], smoke: boolean): Promise<void> {
  const server = await served(0)
  const times = smoke ? 20 : 200
  const rounds = smoke ? 2 : 15
  const client = new OpenAI({ baseURL: server.url, apiKey: 'none', maxRetries: 0 })
  const store = mkdtempSync(join(tmpdir(), 'espalier-bench-'))
  for (const stream of [false, true]) {
    const model = openai({ model: 'm', baseUrl: server.url, stream })
    const found: Record<string, number[]> = { client: [], provider: [], run: [], solve: [] }
    const timed = async (name: string, body: (tick: () => void) => PromiseLike<unknown>): Promise<void> => {
      let last = performance.now()
      await body(() => {
        const now = performance.now()
        found[name].push((now - last) * 1000)
        last = now
      })
    }
    const said = (i: number) => [{ role: 'user' as const, content: `say ${i}` }]
    for (let round = 0; round < rounds; round++) {
      await timed('client', async tick => {
        for (let i = 0; i < times; i++) {
          const body = { model: 'm', messages: said(i), max_tokens: 4096, seed: 1 }
          if (stream)
            for await (const _ of await client.chat.completions.create({ ...body, stream: true, stream_options: { include_usage: true } }));
          else await client.chat.completions.create(body)
          tick()
        }
      })
      await timed('provider', async tick => {
        for (let i = 0; i < times; i++) {
          await model.sample(said(i), { n: 1 }, liveCall({ address: i }))
          tick()
        }
      })
      await timed('run', tick =>
        run({ world: toy(5), method: repeated(times, tick), model, budget: { calls: times } }, '', { concurrency: 1 }),
      )
      await timed('solve', tick =>
        solve({ world: toy(5), method: repeated(times, tick), model, budget: { calls: times } }, '', { concurrency: 1, store }),
      )
    }
    const kind = stream ? 'a streamed call' : 'a call'
    const base = median(found.client)
    const row = (name: string, what: string): void => {
      const mine = median(found[name])
      rows.push({
        name: `${kind}: ${what}`,
        value: mine,
        unit: 'microseconds',
        ratio: mine / base,
        note: `${(mine - base).toFixed(0)} over the client`,
      })
    }
    rows.push({ name: `${kind}: by the client alone (its fetch), median`, value: base, unit: 'microseconds' })
    row('provider', 'by the provider')
    row('run', 'by a search, journal in memory')
    row('solve', 'by a search, journal on disk')
    await model.close!()
  }
  rmSync(store, { recursive: true, force: true })
  server.stop()
}

/** Many small searches at once, each with one call in flight: every slot of the server should be in use while there is work. */
async function tasks(rows: Row[], smoke: boolean): Promise<void> {
  const lanes = 64
  const count = smoke ? 128 : 1000
  const callsEach = 4
  const latency = smoke ? 50 : 500
  const server = await served(latency)
  for (const disk of [false, true]) {
    const endpoint = openai({ model: 'm', baseUrl: server.url, n: false })
    const use = new Use()
    const model: Provider = {
      ...endpoint,
      async sample(m, o, live: Live) {
        use.step(1)
        try {
          return await endpoint.sample(m, o, live)
        } finally {
          use.step(-1)
        }
      },
    }
    const store = disk ? mkdtempSync(join(tmpdir(), 'espalier-bench-')) : null
    const before = process.memoryUsage().rss
    let peak = before
    let calls = 0
    let next = 0
    const began = performance.now()
    const frame = { world: toy(5), method: grower, model, value: toyValue, budget: { calls: callsEach } }
    const lane = async (): Promise<void> => {
      while (next < count) {
        if (++next === count) use.mark()
        const r = await solve(frame, '', { concurrency: 1, seed: next, store })
        calls += r.spent.calls
        peak = Math.max(peak, process.memoryUsage().rss)
      }
    }
    await Promise.all(Array.from({ length: lanes }, lane))
    const seconds = (performance.now() - began) / 1000
    const kind = `${count} tasks, ${lanes} in flight, ${disk ? 'a journal on disk each' : 'journals in memory'}`
    rows.push(
      {
        name: `${kind}: slot use until the last task is begun`,
        value: use.share(lanes),
        unit: 'of the time',
        bar: 'at least',
        target: 0.95,
        note: `${calls} calls of ${count * callsEach}, ${(calls / seconds).toFixed(0)} a second; median latency ${latency} ms`,
      },
      { name: `${kind}: memory above the start, at most`, value: (peak - before) / 2 ** 20, unit: 'MiB' },
    )
    await endpoint.close!()
    if (store !== null) rmSync(store, { recursive: true, force: true })
  }
  server.stop()
}

/** Integrates over time how many calls are under way. */
class Use {
  #inside = 0
  #area = 0
  #last = performance.now()
  readonly #began = this.#last
  #share = 0
  step(change: -1 | 0 | 1): void {
    const now = performance.now()
    this.#area += this.#inside * (now - this.#last)
    this.#last = now
    this.#inside += change
  }
  /** Takes the mean up to now: when work runs out, slots stay empty. */
  mark(): void {
    this.step(0)
    this.#share = this.#area / (this.#last - this.#began)
  }
  share(slots: number): number {
    return this.#share / slots
  }
}
