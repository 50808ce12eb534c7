// A run's tree: all of it, as it grows, and what stands on its edges.
import { z } from 'zod'
import type { EdgeId } from '../../contract/index.ts'
import type { Event } from '../../runtime/index.ts'
import { Refusal } from '../refusal.ts'
import { actText } from './acts-told.ts'
import type { Api } from './api.ts'
import type { Feed, Place } from './feed.ts'
import { gently } from './gently.ts'
import { rowOf, runOf } from './row.ts'
import { actRecord, best, flight, runRow, treeColumns, treeGrowth } from './schemas.ts'
import { bestOf, labelOf, type Shown, type Trees } from './trees.ts'
import { waiter } from './waiter.ts'
import type { ActRecord, Best, Flight } from './wire.ts'

/** Milliseconds between two looks at a tree that grows. */
const beat = 33
const mostLabels = 2000
const mostFound = 5000

export function addTree(api: Api, trees: Trees): void {
  const { desk } = api
  api.get('/api/runs/{run}/tree', { summary: 'the tree as columns, an edge a row', answer: treeColumns }, async asked => {
    const meta = runOf(api, asked)
    const { feed, live, sent, best } = await trees.of(api.store, meta)
    feed.scan()
    const cursor = feed.cursor()
    let body = sent.get(cursor)
    if (body === undefined) {
      body = await gently(written({ ...feed.columns(meta.id), best }))
      if (live === null) sent.set(cursor, body)
    }
    return new Response(body, { headers: { 'content-type': 'application/json' } })
  })

  const rowsQuery = z.object({ rows: z.string().max(30_000) })
  api.get(
    '/api/runs/{run}/labels',
    { summary: 'actions of rows in short: rows=1,2,3', query: rowsQuery, answer: z.object({ labels: z.record(z.string(), z.string()) }) },
    async asked => {
      const shown = await trees.of(api.store, runOf(api, asked))
      const rows = asked.query.rows.split(',').filter(x => x.trim() !== '')
      if (rows.length > mostLabels)
        throw new Refusal(400, 'invalid_value', `rows: expected at most ${mostLabels}, found ${rows.length}`, { param: 'rows' })
      const labels: Record<string, string> = {}
      for (const text of rows) labels[text.trim()] = labelOf(shown, rowIn(shown, text, 'rows'))
      return { labels }
    },
  )
  api.get(
    '/api/runs/{run}/search',
    {
      summary: 'rows whose action has a text in it, at most 5,000',
      query: z.object({ text: z.string().min(1).max(500) }),
      answer: z.object({ rows: z.array(z.number()) }),
    },
    async asked => {
      const shown = await trees.of(api.store, runOf(api, asked))
      const text = asked.query.text.toLowerCase()
      const rows: number[] = []
      for (let e = 1; e < shown.tree.size && rows.length < mostFound; e++) {
        if (
          labelOf(shown, e as EdgeId, 2000)
            .toLowerCase()
            .includes(text)
        )
          rows.push(e)
        if (e % 2000 === 0) await new Promise(setImmediate)
      }
      return { rows }
    },
  )
  api.get(
    '/api/runs/{run}/events',
    {
      summary: 'the run as it goes on, from what `after` or Last-Event-ID holds',
      query: z.object({ after: z.string().max(100).optional() }),
      events: {
        tree: treeGrowth,
        flight,
        answer: best,
        run: runRow,
        act: actRecord,
        said: z.object({ time: z.number(), kind: z.string(), text: z.string() }),
        end: runRow,
      },
    },
    async asked => {
      const { store } = api
      const meta = runOf(api, asked)
      const { id } = meta
      // What cannot be shown is said with a status.
      const first = await trees.of(store, meta)
      return asked.stream(async (out, gone) => {
        const pause = waiter(gone)
        let place = null as Place | null
        let feed: Feed = first.feed
        /** All that a watcher lacks. false: it is gone. */
        const grow = async (): Promise<boolean> => {
          place ??= feed.place(asked.query.after ?? asked.lastEventId)
          for (;;) {
            if (!(await out.ready())) return false
            const next = feed.growth(place)
            if (next === null) return true
            place = next.place
            if (!(await out.send(next.growth, 'tree', feed.cursor(place)))) return false
          }
        }
        let told = ''
        const row = async (event = 'run'): Promise<boolean> => {
          const now = rowOf(desk, store, store.get(id))
          const text = JSON.stringify(now)
          if (event === 'run' && text === told) return true
          told = text
          return out.send(now, event, place === null ? undefined : feed.cursor(place))
        }
        let flew = ''
        const fly = async (f: Flight): Promise<boolean> => {
          const text = JSON.stringify(f)
          if (text === flew) return true
          flew = text
          return out.send(f, 'flight')
        }
        const heard = new Heard(first)
        let off = first.live?.run.listen(e => heard.hear(e))
        try {
          if (!(await row())) return
          let rowAt = performance.now()
          let beatAt = rowAt
          for (let shown = first; !gone.aborted; ) {
            const live = desk.live.get(id)
            if (live?.run !== shown.live?.run) {
              // A search that was under way here has ended, or one has begun: the last of the one, then the other.
              feed.scan()
              if (!(await grow()) || !(await heard.tell(out))) return
              off?.()
              off = live?.run.listen(e => heard.hear(e))
            }
            const current = store.get(id)
            const elsewhere = live === undefined && current.status === 'running' && store.owner(id) !== null
            const followed = shown.live === null && shown !== first
            if (live?.run !== shown.live?.run || elsewhere || followed) {
              const last = feed
              shown = await trees.of(store, current)
              heard.shown = shown
              if (live === undefined && !elsewhere) last.point(shown.tree, shown.ledger, () => shown.feed.time)
              else if (shown.feed !== last) {
                feed = shown.feed
                place = { rows: Math.min(place?.rows ?? 0, shown.tree.size), tick: -1 }
              }
            }
            feed.scan()
            if (!(await grow()) || !(await heard.tell(out))) return
            if (live === undefined && !elsewhere) {
              await row('end')
              return
            }
            const flying = live === undefined ? await trees.underWay(store, current) : live.run.underWay()
            if (!(await fly(flightOf(shown, flying, current.concurrency)))) return
            const now = performance.now()
            if (now - rowAt > 500) {
              rowAt = now
              if (!(await row())) return
            }
            if (now - beatAt > 15_000) {
              beatAt = now
              out.beat()
            }
            // A look at a large tree takes at most a tenth of the time.
            await pause.wait(live === undefined ? 1000 : Math.max(beat, 10 * feed.cost))
          }
        } finally {
          off?.()
          pause.end()
        }
      })
    },
  )
}

/** As JSON, a column at a time. */
function* written(columns: object): Generator<void, Uint8Array<ArrayBuffer>> {
  const parts: Buffer[] = []
  for (const [name, column] of Object.entries(columns)) {
    parts.push(Buffer.from(`${parts.length === 0 ? '{' : ','}${JSON.stringify(name)}:${JSON.stringify(column)}`))
    yield
  }
  return Buffer.concat([...parts, Buffer.from('}')])
}

/** A row of a tree. @throws Refusal (400) */
export function rowIn(shown: Pick<Shown, 'tree'>, given: string | number, param = 'row'): EdgeId {
  const text = String(given).trim()
  const e = /^\d{1,9}$/.test(text) ? Number(text) : -1
  if (e < 0 || e >= shown.tree.size)
    throw new Refusal(400, 'invalid_value', `${param}: expected a row from 0 to ${shown.tree.size - 1}, found '${text.slice(0, 40)}'`, {
      param,
    })
  return e as EdgeId
}

const flightOf = ({ tree }: Shown, all: { at: string; kind: string; what: string; since: number }[], of: number): Flight => ({
  effects: all.map(({ at, kind, what, since }) => {
    const e = tree.find(at.slice(0, 16))
    return { row: e < 0 ? null : e, kind, what, since }
  }),
  of,
})

/** What is told of a run beside its tree, since the last time it was told. */
class Heard {
  shown: Shown
  #best: Best | null = null
  #acts: ActRecord[] = []
  #said: { time: number; kind: string; text: string }[] = []
  constructor(shown: Shown) {
    this.shown = shown
    this.#best = shown.best
  }
  hear(e: Event): void {
    const time = this.shown.live?.run.time ?? 0
    const say = (text: string): void => {
      if (this.#said.length < 100) this.#said.push({ time, kind: e.kind, text })
    }
    if (e.kind === 'answer') {
      this.#best = bestOf(this.shown.tree, e.data)
    } else if (e.kind === 'act')
      this.#acts.push(actText(e.data.act, e.data.time, e.data.row, this.shown.tree, this.shown.live?.plan.models ?? {}))
    else if (e.kind === 'model.limited')
      say(`${e.data.model} asks to slow down: no new call before ${e.data.seconds.toFixed(1)} s, ${e.data.slots} slots`)
    else if (e.kind === 'model.retry') say(`${e.data.model}, try ${e.data.attempt}: ${e.data.message}`)
    else if (e.kind === 'store.waiting') say(e.data.message)
    else if (e.kind === 'run.landing') say(`nothing more begins: ${e.data.why}`)
  }
  async tell(out: { send(data: object, event?: string): Promise<boolean> }): Promise<boolean> {
    const best = this.#best
    this.#best = null
    if (best !== null && !(await out.send(best, 'answer'))) return false
    for (const act of this.#acts.splice(0)) if (!(await out.send(act, 'act'))) return false
    for (const said of this.#said.splice(0)) if (!(await out.send(said, 'said'))) return false
    return true
  }
}
