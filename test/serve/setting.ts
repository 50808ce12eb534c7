// A server before a model that a test speaks for, both closed after each test.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect } from 'vitest'
import { type Answer, type Received, type Served, serveModel } from '../../src/model/fixture/server.ts'
import { type ServeSettings, type Serving, serve } from '../../src/serve/index.ts'
import { openStore, type RunMeta } from '../../src/store/index.ts'

const open: (() => Promise<unknown> | unknown)[] = []
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close()
})
export const closeAfter = (close: () => Promise<unknown> | unknown): void => void open.push(close)

export interface Setting {
  upstream: Served
  serving: Serving
  store: string
  run(id: string | null | undefined): RunMeta
  runs(): RunMeta[]
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Response>
}

/** Models: `m`, behind the server that `answer` speaks for, and the seedling. */
export async function setting(answer?: (r: Received) => Answer | Promise<Answer>, o: Partial<ServeSettings> = {}): Promise<Setting> {
  const upstream = await serveModel(answer)
  open.push(() => upstream.close())
  const store = mkdtempSync(join(tmpdir(), 'espalier-serve-'))
  open.push(() => rmSync(store, { recursive: true, force: true }))
  const price = 'input=1,output=2'
  const serving = await serve({
    models: { m: `openai:m?base=${upstream.url},${price}`, seedling: 'seedling' },
    store,
    port: 0,
    ...o,
  })
  open.push(() => serving.close(0))
  const shelf = <T>(look: (s: ReturnType<typeof openStore>) => T): T => {
    const s = openStore(store)
    try {
      return look(s)
    } finally {
      s.close()
    }
  }
  return {
    upstream,
    serving,
    store,
    run: id => shelf(s => s.get(id!)),
    runs: () => shelf(s => s.list()),
    post: (path, body, headers = {}) =>
      fetch(`${serving.url}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
  }
}
/** Waits for what comes sooner or later: how soon is no matter of a test. */
export const eventually = <T>(look: () => T) => expect.poll(look, { timeout: 30_000 })
export const says = (content: string) => [{ role: 'user' as const, content }]

/** Data of each server-sent event of a text. */
export const eventsOf = (text: string): any[] =>
  text
    .split('\n\n')
    .map(e => /^data: (.*)$/m.exec(e)?.[1])
    .filter(x => x !== undefined)
    .map(x => (x === '[DONE]' ? x : JSON.parse(x)))
