// The application, asked without a socket, over a store of its own.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RunRow, TreeColumns, TreeGrowth } from '../../src/serve/api/wire.ts'
import { application, type ServeSettings } from '../../src/serve/index.ts'
import { openStore, type Store } from '../../src/store/index.ts'
import { closeAfter } from './setting.ts'

export interface Answered<T> {
  status: number
  body: T
}
export interface Asking {
  app: ReturnType<typeof application>
  store: string
  get<T = any>(path: string, headers?: Record<string, string>): Promise<Answered<T>>
  post<T = any>(path: string, body: unknown, headers?: Record<string, string>): Promise<Answered<T>>
  fetch(path: string, init?: RequestInit): Promise<Response>
  /** Begins a run and gives its row. */
  begin(o?: Record<string, unknown>): Promise<RunRow>
  /** Begins a run and waits until it is over. */
  ended(o?: Record<string, unknown>): Promise<RunRow>
  rest(run: string): Promise<RunRow>
  shelf<T>(look: (s: Store) => T): T
}

export async function asking(o: Partial<ServeSettings> = {}): Promise<Asking> {
  const store = o.store ?? mkdtempSync(join(tmpdir(), 'espalier-api-'))
  if (o.store === undefined) closeAfter(() => rmSync(store, { recursive: true, force: true }))
  const app = application({ models: { sim: 'simulated:error=0.1', slow: 'simulated:error=0.1,latency=300' }, ...o, store })
  closeAfter(() => app.desk.close(0))
  const fetch = (path: string, init: RequestInit = {}): Promise<Response> => app.fetch(new Request(`http://127.0.0.1:8080${path}`, init))
  const answered = async (r: Promise<Response>) => ({ status: (await r).status, body: (await (await r).json()) as any })
  const a: Asking = {
    app,
    store,
    fetch,
    get: (path, headers = {}) => answered(fetch(path, { headers })),
    post: (path, body, headers = {}) =>
      answered(fetch(path, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) })),
    async begin(b = {}) {
      const r = await a.post<RunRow>('/api/runs', {
        world: 'game24',
        task: '4 9 10 13',
        model: 'sim',
        method: 'uct',
        budget: 'calls=300',
        ...b,
      })
      if (r.status !== 201) throw new Error(JSON.stringify(r.body))
      return r.body
    },
    async ended(b) {
      return a.rest((await a.begin(b)).run)
    },
    async rest(run) {
      for (;;) {
        const { body } = await a.get<RunRow>(`/api/runs/${run}`)
        if (body.worker === null) return body
        await new Promise(resolve => setTimeout(resolve, 20))
      }
    },
    shelf(look) {
      const s = openStore(store)
      try {
        return look(s)
      } finally {
        s.close()
      }
    },
  }
  return a
}

export interface Sent {
  event: string
  id: string | null
  data: any
}
/** Server-sent events, as they come; ends with the stream, or when `until` says so. */
export async function eventsFrom(r: Response, until: (e: Sent) => boolean = () => false): Promise<Sent[]> {
  const out: Sent[] = []
  const reader = r.body!.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  try {
    for (;;) {
      const { value, done } = await reader.read()
      if (done) return out
      text += value
      for (let at = text.indexOf('\n\n'); at >= 0; at = text.indexOf('\n\n')) {
        const block = text.slice(0, at)
        text = text.slice(at + 2)
        const field = (name: string): string | null => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1] ?? null
        const data = field('data')
        if (data === null) continue
        const e = { event: field('event') ?? '', id: field('id'), data: JSON.parse(data) }
        out.push(e)
        if (until(e)) return out
      }
    }
  } finally {
    await reader.cancel().catch(() => {})
  }
}

const columns = ['flags', 'N', 'Q', 'V', 'R', 'P', 'se', 'calls', 'tokens', 'usd'] as const
type Grown = Omit<TreeColumns, 'run' | 'cursor' | 'at' | 'best'>
/** What a client knows of a tree after what it was sent. */
export function grown(messages: readonly TreeGrowth[], from?: TreeColumns): Grown {
  const t: any = { size: 0, parent: [], rank: [], born: [] }
  for (const c of columns) t[c] = from === undefined ? [] : [...from[c]]
  if (from !== undefined) Object.assign(t, { size: from.size, parent: [...from.parent], rank: [...from.rank], born: [...from.born] })
  for (const m of messages) {
    if (m.from !== t.size) throw new Error(`rows from ${m.from} after ${t.size}`)
    t.parent.push(...m.parent)
    t.rank.push(...m.rank)
    t.born.push(...m.born)
    t.size += m.parent.length
    const at = m.stats.at ?? Array.from({ length: m.stats.N.length }, (_, i) => i)
    for (const c of columns) for (const [i, row] of at.entries()) t[c][row] = m.stats[c][i]
  }
  return t
}
export const growths = (all: readonly Sent[]): TreeGrowth[] => all.filter(e => e.event === 'tree').map(e => e.data)
export const plainTree = ({ run: _r, cursor: _c, best: _b, ...rest }: TreeColumns): Grown => rest
