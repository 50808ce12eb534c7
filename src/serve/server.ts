// The server: OpenAI's protocol over searches.
import type { AddressInfo } from 'node:net'
import { serve as listen, type ServerType } from '@hono/node-server'
import { type Context, Hono } from 'hono'
import { Failure } from '../kernel/index.ts'
import { brief, type Event } from '../runtime/index.ts'
import {
  answerChunks,
  chatBody,
  chunk,
  completionBody,
  completionChunk,
  type Envelope,
  extrasOf,
  finishOf,
  responsesBody,
  usageChunk,
  usageOf,
} from './bodies.ts'
import { type Chosen, choose, modelNames } from './choose.ts'
import { Desk } from './desk.ts'
import { type Account, Door } from './door.ts'
import { Metrics } from './metrics.ts'
import { openApi } from './openapi.ts'
import { asRefusal, Refusal, refusalBody, refusalResponse } from './refusal.ts'
import { type Asked, readChat, readCompletion, readResponses } from './request.ts'
import type { Said } from './said.ts'
import { planOf } from './search.ts'
import { isLoopback, type ServeSettings } from './settings.ts'
import { eventStream, type Outlet } from './stream.ts'

/** A server that is there. */
export interface Serving {
  readonly url: string
  /** Takes no one else, lets those under way end, and parks what does not end within `grace` milliseconds (default 10,000) as runs to be resumed. */
  close(grace?: number): Promise<void>
}

type Kind = 'chat' | 'completion' | 'responses'
const readers: Readonly<Record<Kind, (body: unknown, h: Headers) => Asked>> = {
  chat: readChat,
  completion: readCompletion,
  responses: readResponses,
}
const prefixes: Readonly<Record<Kind, string>> = { chat: 'chatcmpl-', completion: 'cmpl-', responses: 'resp_' }

/** The application, to be asked with a Request or put behind a socket. */
export function application(settings: ServeSettings): { fetch(r: Request): Promise<Response>; desk: Desk; metrics: Metrics } {
  if (Object.keys(settings.models).length === 0) throw new Failure('usage', 'a server needs a model', 'as in --model seedling')
  if (!isLoopback(settings.host ?? '127.0.0.1') && (settings.keys ?? []).length === 0)
    throw new Failure('usage', `a server on ${settings.host} needs API keys`, 'name them in the configuration, or listen on 127.0.0.1')
  const metrics = new Metrics()
  const desk = new Desk(settings, metrics)
  const door = new Door(settings)
  const created = Math.floor(Date.now() / 1000)
  const names = modelNames(settings)
  const app = new Hono<{ Variables: { account: Account | undefined } }>()

  app.onError(e => refusalResponse(e))
  app.notFound(() => refusalResponse(new Refusal(404, 'not_found', 'there is nothing here; /openapi.json says what there is')))
  app.use(async (c, next) => {
    const started = performance.now()
    await next()
    const path = c.req.routePath ?? c.req.path
    metrics.requests.inc({ path, status: String(c.res.status) })
    metrics.seconds.observe({ path }, (performance.now() - started) / 1000)
  })
  app.get('/healthz', c => c.json({ ok: desk.open, inFlight: desk.taken }, desk.open ? 200 : 503))
  app.use(async (c, next) => {
    c.set('account', door.enter(c.req.raw))
    await next()
  })
  app.get('/metrics', async c => c.text(await metrics.registry.metrics(), 200, { 'content-type': metrics.registry.contentType }))
  app.get('/openapi.json', c => c.json(openApi()))
  const modelObject = (id: string) => ({ id, object: 'model', created, owned_by: 'espalier' })
  app.get('/v1/models', c => c.json({ object: 'list', data: names.map(modelObject) }))
  app.get('/v1/models/:id{.+}', c => {
    choose(c.req.param('id'), settings)
    return c.json(modelObject(c.req.param('id')))
  })
  const handle = (kind: Kind) => async (c: Context<{ Variables: { account: Account | undefined } }>) => {
    const asked = readers[kind](await door.json(c.req.raw), c.req.raw.headers)
    return respond(kind, asked, choose(asked.model, settings), c.req.raw.signal, c.get('account'))
  }
  app.post('/v1/chat/completions', handle('chat'))
  app.post('/v1/completions', handle('completion'))
  app.post('/v1/responses', handle('responses'))

  async function respond(kind: Kind, asked: Asked, chosen: Chosen, client: AbortSignal, account: Account | undefined): Promise<Response> {
    const e: Envelope = {
      id: `${prefixes[kind]}${crypto.randomUUID().replace(/-/g, '')}`,
      model: asked.model,
      created: Math.floor(Date.now() / 1000),
    }
    const seat = desk.sit(client)
    let streaming = false
    try {
      const provider = await desk.provider(chosen.spec)
      const planning =
        chosen.method === null && provider.dialect === 'text' && asked.world === undefined
          ? null
          : await planOf(asked, chosen, provider, settings)
      const work = async (o: { onRun?(id: string): void; onEvent?(x: Event): void }): Promise<Said> => {
        if (planning === null) return desk.direct(asked, provider, seat, account)
        if (planning.kind === 'said') return plainly(planning.text)
        return desk.search(asked, planning.plan, planning.planned, seat, { account, ...o })
      }
      if (!asked.stream) {
        const s = await work({})
        const body = kind === 'chat' ? chatBody(e, s, asked.logprobs) : kind === 'completion' ? completionBody(e, s) : responsesBody(e, s)
        return Response.json(body, { headers: s.run === null ? {} : { 'x-espalier-run': s.run } })
      }
      streaming = true
      return eventStream(async out => {
        try {
          await parts[kind](out, e, asked, work, planning?.kind === 'search')
        } catch (error) {
          // The head is gone already: the error is an event.
          await out.send(refusalBody(asRefusal(error)), kind === 'responses' ? 'error' : undefined)
        } finally {
          seat.leave()
        }
      }, seat.gone)
    } finally {
      if (!streaming) seat.leave()
    }
  }
  return { fetch: async r => app.fetch(r), desk, metrics }
}

/** Words that cost nothing. */
const plainly = (text: string): Said => ({
  replies: [{ text }],
  usage: {
    calls: 0,
    requests: 0,
    inputTokens: 0,
    cachedTokens: 0,
    outputTokens: 0,
    reasoningTokens: 0,
    usd: 0,
    seconds: 0,
    workingSeconds: 0,
    steps: 0,
    toolCalls: 0,
    nodes: 0,
  },
  run: null,
  solved: null,
  verifiedBy: null,
  short: false,
})

type Work = (o: { onRun?(id: string): void; onEvent?(x: Event): void }) => Promise<Said>

/** Turns the events of a run into lines of progress: the best answer so far when it changes, and now and then what was spent. */
function narrator(tell: (line: string) => void): (e: Event) => void {
  let last = 0
  return e => {
    if (e.kind === 'run.start') tell(`${e.data.method} on ${e.data.world}`)
    else if (e.kind === 'answer')
      tell(`best so far: ${brief(e.data.text, 200)}${Number.isFinite(e.data.score) ? ` (${Number(e.data.score.toPrecision(3))})` : ''}`)
    else if (e.kind === 'model.limited') tell(`the model asks to slow down`)
    else if (e.kind === 'effect.end' && performance.now() - last > 500) {
      last = performance.now()
      tell(`${e.data.spent.calls} calls, ${e.data.inFlight} in flight`)
    }
  }
}

const parts: Readonly<Record<Kind, (out: Outlet, e: Envelope, asked: Asked, work: Work, searching: boolean) => Promise<void>>> = {
  async chat(out, e, asked, work, searching) {
    await out.send(chunk(e, { role: 'assistant', content: '', ...(searching ? { reasoning_content: 'searching\n' } : {}) }))
    const s = await work({
      onEvent: narrator(line => out.offer(chunk(e, { reasoning_content: `${line}\n` }))),
      onRun: id => out.offer(chunk(e, {}, { more: { espalier: { run: id } } })),
    })
    for (const part of answerChunks(e, s, asked.logprobs)) if (!(await out.send(part))) return
    if (asked.usage) await out.send(usageChunk(e, s))
    await out.send('[DONE]')
  },
  async completion(out, e, asked, work) {
    const s = await work({})
    for (const [index, r] of (s.replies.length === 0 ? [undefined] : s.replies).entries()) {
      await out.send(completionChunk(e, r?.text ?? '', { index }))
      await out.send(completionChunk(e, '', { index, finish: finishOf(r, s) }))
    }
    if (asked.usage) await out.send(completionChunk(e, '', { more: { choices: [], usage: usageOf(s.usage), espalier: extrasOf(s) } }))
    await out.send('[DONE]')
  },
  async responses(out, e, _asked, work) {
    let sequence = 0
    const send = (type: string, data: object) => out.send({ type, sequence_number: sequence++, ...data }, type)
    const empty = { id: e.id, object: 'response', created_at: e.created, status: 'in_progress', model: e.model, output: [] }
    await send('response.created', { response: empty })
    await send('response.in_progress', { response: empty })
    const s = await work({
      onEvent: narrator(line =>
        out.offer({
          type: 'response.reasoning_summary_text.delta',
          sequence_number: sequence++,
          item_id: `rs_${e.id.slice(-12)}`,
          output_index: 0,
          summary_index: 0,
          delta: `${line}\n`,
        }),
      ),
    })
    const body = responsesBody(e, s) as { output: { type: string; id: string; content?: { text: string }[] }[] }
    for (const [output_index, item] of body.output.entries()) {
      await send('response.output_item.added', {
        output_index,
        item: { ...item, status: 'in_progress', ...(item.type === 'message' ? { content: [] } : {}) },
      })
      if (item.type === 'message') {
        const where = { item_id: item.id, output_index, content_index: 0 }
        const text = item.content![0].text
        await send('response.content_part.added', { ...where, part: { type: 'output_text', text: '', annotations: [] } })
        await send('response.output_text.delta', { ...where, delta: text })
        await send('response.output_text.done', { ...where, text })
        await send('response.content_part.done', { ...where, part: item.content![0] })
      }
      await send('response.output_item.done', { output_index, item })
    }
    await send('response.completed', { response: body })
  },
}

/** Listens. @throws Failure where the port is taken */
export async function serve(settings: ServeSettings): Promise<Serving> {
  const { host = '127.0.0.1', port = 8080 } = settings
  const app = application(settings)
  const server = await new Promise<ServerType>((resolve, reject) => {
    const s = listen({ fetch: app.fetch, hostname: host, port }, () => resolve(s))
    s.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'EADDRINUSE'
          ? new Failure('usage', `port ${port} of ${host} is taken`, 'take another with --port, or 0 for any')
          : new Failure('internal', `cannot listen on ${host}:${port}: ${error.message}`, '', { cause: error }),
      ),
    )
  })
  const at = server.address() as AddressInfo
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${at.port}`,
    async close(grace = 10_000) {
      const closed = new Promise<void>(resolve => server.close(() => resolve()))
      await app.desk.close(grace)
      if ('closeAllConnections' in server) server.closeAllConnections()
      await closed
    },
  }
}
