// What a call through the server costs beyond the same call made directly, and 200 clients at once: client, server and model are processes of their own.
import { type ChildProcess, fork, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { OpenAI } from 'openai'
import { serveModel } from '../src/model/fixture/server.ts'
import type { Row } from './row.ts'

const median = (xs: number[]): number => [...xs].sort((a, b) => a - b)[xs.length >> 1]
const root = join(import.meta.dirname, '..')

/** A process that says where it is. */
function place(child: ChildProcess, read: (text: string) => string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    child.stdout!.on('data', d => {
      text += d
      if (text.includes('\n')) resolve(read(text.trim()))
    })
    child.on('exit', code => reject(new Error(`it ended with ${code}`)))
  })
}
interface Stage {
  upstream: string
  url: string
  stop(): void
}
/** A model that answers after `latency` milliseconds, and the server before it. */
async function stage(latency: number): Promise<Stage> {
  const model = fork(join(root, 'src/model/fixture/serve.ts'), [String(latency)], { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] })
  const upstream = await place(model, text => text)
  const at = await before(upstream)
  return {
    ...at,
    upstream,
    stop() {
      at.stop()
      model.disconnect()
    },
  }
}
/** The server before a model. */
async function before(upstream: string): Promise<Omit<Stage, 'upstream'>> {
  const folder = mkdtempSync(join(tmpdir(), 'espalier-bench-'))
  const args = ['serve', '--model', `m=openai:m?base=${upstream}`, '--port', '0', '--store', folder, '--in-flight', '1000', '--json']
  const server = spawn(process.execPath, [join(root, 'bin/espalier.mjs'), ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  const url = await place(server, text => (JSON.parse(text) as { url: string }).url)
  return {
    url,
    stop() {
      server.kill('SIGKILL')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

export async function bench({ smoke }: { smoke: boolean }): Promise<Row[]> {
  return [...(await overhead(smoke)), ...(await moments(smoke)), ...(await load(smoke))]
}

/** From a request to its first event, and from a client's going away to the end of the calls made for it; the model is in this process, to see when they end. */
async function moments(smoke: boolean): Promise<Row[]> {
  let wait = true
  const model = await serveModel(async r => {
    // Nothing comes of what should be cancelled; the others are answered after a while.
    if (wait) await new Promise(() => {})
    await new Promise(go => setTimeout(go, 100))
    return { choices: Array<string>(r.body.n ?? 1).fill('Answer: 4') }
  })
  const at = await before(model.url)
  const ask = (signal?: AbortSignal) =>
    fetch(`${at.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        model: 'self-consistency/m',
        stream: true,
        messages: [{ role: 'user', content: `say ${Math.random()}` }],
        espalier: { budget: 'calls=4' },
      }),
      ...(signal === undefined ? {} : { signal }),
    })
  const until = async (test: () => boolean): Promise<void> => {
    while (!test()) await new Promise(go => setTimeout(go, 1))
  }
  const ends: number[] = []
  const firsts: number[] = []
  for (let i = 0; i < (smoke ? 3 : 40); i++) {
    wait = true
    model.requests.length = 0
    const stop = new AbortController()
    const going = ask(stop.signal).then(r => r.text())
    going.catch(() => {})
    await until(() => model.requests.length > 0)
    const gone = performance.now()
    stop.abort()
    await until(() => model.requests.every(r => r.end !== 'open'))
    ends.push(performance.now() - gone)
    wait = false
    const began = performance.now()
    const r = await ask()
    const reader = r.body!.getReader()
    await reader.read()
    firsts.push(performance.now() - began)
    while (!(await reader.read()).done);
  }
  at.stop()
  await model.close()
  return [
    { name: 'a search: from the request to its first event, median', value: median(firsts), unit: 'ms', bar: 'at most', target: 50 },
    {
      name: 'a search: from the client going away to the end of its calls, median',
      value: median(ends),
      unit: 'ms',
      bar: 'at most',
      target: 100,
      note: `${Math.max(...ends).toFixed(0)} ms at most`,
    },
  ]
}

async function overhead(smoke: boolean): Promise<Row[]> {
  const at = await stage(0)
  const [direct, served] = [at.upstream, `${at.url}/v1`].map(baseURL => new OpenAI({ baseURL, apiKey: 'none', maxRetries: 0 }))
  const ways: [string, OpenAI, object][] = [
    ['direct', direct, { model: 'm' }],
    ['a model alone', served, { model: 'm' }],
    ['a search of one call, journal on disk', served, { model: 'best-of-n/m', espalier: { budget: 'calls=1' } }],
  ]
  const rows: Row[] = []
  for (const stream of [false, true]) {
    const times = ways.map((): number[] => [])
    // In turns, so that whatever else the machine does falls on all of them.
    for (let i = 0; i < (smoke ? 20 : 400); i++)
      for (const [w, [, client, body]] of ways.entries()) {
        const began = performance.now()
        const whole = {
          messages: [{ role: 'user' as const, content: `say ${i}` }],
          ...body,
        } as OpenAI.ChatCompletionCreateParamsNonStreaming
        if (stream) for await (const _ of await client.chat.completions.create({ ...whole, stream: true }));
        else await client.chat.completions.create(whole)
        times[w].push(performance.now() - began)
      }
    const [base, ...others] = times.map(median)
    const kind = stream ? 'a streamed call' : 'a call'
    rows.push({ name: `${kind}: direct, by the openai package, median`, value: base, unit: 'ms' })
    others.forEach((x, i) => {
      const added = x - base
      rows.push({
        name: `${kind}, added by the server: ${ways[i + 1][0]}`,
        value: added,
        unit: 'ms',
        note: `${(x / base).toFixed(2)} times the direct call`,
        ...(i === 0 ? { bar: 'at most' as const, target: 2 } : {}),
      })
    })
  }
  at.stop()
  return rows
}

/** 200 clients that ask again and again, each reading its stream to the end. */
async function load(smoke: boolean): Promise<Row[]> {
  const at = await stage(20)
  const clients = smoke ? 50 : 200
  const rounds = smoke ? 2 : 16
  const memory = async (): Promise<number> => {
    const text = await (await fetch(`${at.url}/metrics`)).text()
    return Number(/^espalier_resident_bytes (\S+)$/m.exec(text)![1]) / 2 ** 20
  }
  let errors = 0
  let lost = 0
  const first: number[] = []
  const one = async (i: number): Promise<void> => {
    const model = i % 2 === 0 ? 'm' : 'self-consistency/m'
    const began = performance.now()
    try {
      const r = await fetch(`${at.url}/v1/chat/completions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          model,
          messages: [{ role: 'user', content: `say ${i}` }],
          stream: true,
          stream_options: { include_usage: true },
          ...(model === 'm' ? {} : { espalier: { budget: 'calls=3' } }),
        }),
      })
      if (r.status !== 200) throw new Error(`${r.status}: ${await r.text()}`)
      let text = ''
      const decoder = new TextDecoder()
      for await (const part of r.body as unknown as AsyncIterable<Uint8Array>) {
        if (text === '') first.push(performance.now() - began)
        text += decoder.decode(part, { stream: true })
      }
      // A role, something said, an end, a usage, a last word, in this order.
      const marks = [/"role":"assistant"/, /"content":"\d/, /"finish_reason":"stop"/, /"usage":\{/, /\[DONE\]/].map(x => text.search(x))
      if (marks.some((x, k) => x < 0 || (k > 0 && x < marks[k - 1]))) lost++
    } catch {
      errors++
    }
  }
  const round = (r: number): Promise<unknown> => Promise.all(Array.from({ length: clients }, (_, i) => one(r * clients + i)))
  const began = performance.now()
  // What the first rounds take is room that the process keeps; what grows after them is not given back.
  for (let r = 0; r < rounds / 2; r++) await round(r)
  const before = await memory()
  for (let r = rounds / 2; r < rounds; r++) await round(r)
  const seconds = (performance.now() - began) / 1000
  const after = await memory()
  at.stop()
  return [
    { name: `${clients} clients: errors`, value: errors, unit: 'requests', bar: 'at most', target: 0 },
    { name: `${clients} clients: streams with an event lost or out of order`, value: lost, unit: 'requests', bar: 'at most', target: 0 },
    { name: `${clients} clients: requests a second, half of them searches of 3 calls`, value: (clients * rounds) / seconds, unit: '1/s' },
    { name: `${clients} clients at once: first event, median`, value: median(first), unit: 'ms' },
    {
      name: `memory after ${rounds} rounds of ${clients} clients`,
      value: after,
      unit: 'MiB',
      ratio: after / before,
      ...(smoke ? {} : { bar: 'at most' as const, target: 1.25 }),
      note: `${before.toFixed(0)} MiB after half of them`,
    },
  ]
}
