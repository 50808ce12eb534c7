// The server: OpenAI's protocol over searches.
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type HttpBindings, serve as listen, type ServerType } from '@hono/node-server'
import { type Context, Hono } from 'hono'
import type { Provider } from '../contract/index.ts'
import { Failure } from '../kernel/index.ts'
import type { Account } from './account.ts'
import { addActs } from './api/acts.ts'
import { Api, type Vars } from './api/api.ts'
import { addCatalogue } from './api/catalogue.ts'
import { addComparisons } from './api/comparisons.ts'
import { addData } from './api/data.ts'
import { addLoops } from './api/loops.ts'
import { addNode } from './api/node.ts'
import { addRemoval } from './api/removal.ts'
import { addRuns } from './api/runs.ts'
import { addSummary } from './api/summary.ts'
import { addTree } from './api/tree.ts'
import { Trees } from './api/trees.ts'
import { addWhatIf } from './api/what-if.ts'
import { chatBody, completionBody, type Envelope } from './bodies.ts'
import { type Chosen, choose, modelNames } from './choose.ts'
import { Desk } from './desk.ts'
import { Door } from './door.ts'
import { formerOf } from './former.ts'
import { Sessions } from './mcp-http.ts'
import { Metrics } from './metrics.ts'
import { openApi } from './openapi.ts'
import { asRefusal, Refusal, refusalBody, refusalResponse } from './refusal.ts'
import { type Asked, readChat, readCompletion, readResponses } from './request.ts'
import { responsesBody } from './responses.ts'
import { plainly, type Said } from './said.ts'
import { checkAble, limitsOf, planOf, topicOf } from './search.ts'
import { isLoopback, type ServeSettings } from './settings.ts'
import { eventStream } from './stream.ts'
import { studioFile } from './studio.ts'
import { type Kind, tell, type Work } from './tell.ts'
import { traced } from './trace.ts'
import { turnOf } from './turn.ts'

/** A server that is there. */
export interface Serving {
  readonly url: string
  /** Requests under way. */
  readonly inFlight: number
  /** Takes no one else, lets those under way end, and parks what does not end within `grace` milliseconds (default 10,000) as runs to be resumed. */
  close(grace?: number): Promise<void>
}
export interface Application {
  /** @param node what stands behind the request, where that is a socket */
  fetch(r: Request, node?: Partial<HttpBindings>): Promise<Response>
  readonly desk: Desk
  readonly metrics: Metrics
  readonly sessions: Sessions
}

const readers: Readonly<Record<Kind, (body: unknown, h: Headers) => Asked>> = {
  chat: readChat,
  completion: readCompletion,
  responses: readResponses,
}
const prefixes: Readonly<Record<Kind, string>> = { chat: 'chatcmpl-', completion: 'cmpl-', responses: 'resp_' }
const whole = (kind: Kind, e: Envelope, s: Said, asked: Asked): object =>
  kind === 'chat' ? chatBody(e, s, asked.logprobs) : kind === 'completion' ? completionBody(e, s, asked.logprobs) : responsesBody(e, s)

/** The application, to be asked with a Request or put behind a socket. @throws Failure (usage) on settings that are not safe */
export function application(settings: ServeSettings): Application {
  if (Object.keys(settings.models).length === 0) throw new Failure('usage', 'a server needs a model', 'as in --model seedling')
  if (!isLoopback(settings.host ?? '127.0.0.1') && (settings.keys ?? []).length === 0)
    throw new Failure('usage', `a server on ${settings.host} needs API keys`, 'espalier serve key makes one; or listen on 127.0.0.1')
  const metrics = new Metrics()
  const desk = new Desk(settings, metrics)
  const door = new Door(settings)
  const sessions = new Sessions(settings, desk, settings.version ?? '1')
  const created = Math.floor(Date.now() / 1000)
  const names = modelNames(settings)
  const app = new Hono<Vars>()

  app.onError(e => refusalResponse(e))
  app.notFound(() => refusalResponse(new Refusal(404, 'not_found', 'there is nothing here; /openapi.json says what there is')))
  const routeOf = (path: string): string => (path === '/*' ? 'other' : path)
  app.use(traced(routeOf))
  app.use(async (c, next) => {
    const started = performance.now()
    await next()
    // What a model wrote is never a page.
    c.res.headers.set('x-content-type-options', 'nosniff')
    const path = routeOf(c.req.routePath)
    metrics.requests.inc({ path, status: String(c.res.status) })
    metrics.seconds.observe({ path }, (performance.now() - started) / 1000)
  })
  // Browsers ask first, and tell a page only what they are told that it may see.
  app.use(async (c, next) => {
    const origin = c.req.header('origin')
    const known = origin !== undefined && (settings.origins ?? []).includes(origin)
    if (!known) return next()
    if (c.req.method === 'OPTIONS') c.res = new Response(null, { status: 204, headers: { 'access-control-max-age': '600' } })
    else await next()
    const set = (name: string, value: string): void => c.res.headers.set(`access-control-${name}`, value)
    set('allow-origin', origin)
    set('allow-methods', 'GET, POST, DELETE')
    set('allow-headers', c.req.header('access-control-request-headers') ?? '*')
    set('expose-headers', 'x-espalier-run, retry-after, mcp-session-id')
    c.res.headers.append('vary', 'origin')
  })
  // The app has no secrets: it is there without a key, and asks for one where the API does. A link on a page elsewhere may lead to it.
  const { studio } = settings
  if (studio !== undefined)
    app.use(async (c, next) => {
      const file = await studioFile(studio, c.req.raw)
      if (file === null) return next()
      door.meant(c.req.raw)
      c.res = file
    })
  app.get('/healthz', c => c.json({ ok: desk.open, inFlight: desk.taken }, desk.open ? 200 : 503))
  app.use(async (c, next) => {
    c.set('account', door.enter(c.req.raw))
    await next()
  })
  app.get('/metrics', async c => c.text(await metrics.registry.metrics(), 200, { 'content-type': metrics.registry.contentType }))
  const api = new Api({ app, desk, door, settings })
  for (const add of [addCatalogue, addRuns, addWhatIf, addComparisons, addSummary, addData, addLoops, addRemoval]) add(api)
  const trees = new Trees(desk)
  for (const add of [addTree, addNode, addActs]) add(api, trees)
  app.get('/openapi.json', c => c.json(openApi(api)))
  const modelObject = (id: string) => ({ id, object: 'model', created, owned_by: 'espalier' })
  app.get('/v1/models', c => c.json({ object: 'list', data: names.map(modelObject) }))
  app.get('/v1/models/:id{.+}', c => {
    choose(c.req.param('id'), settings)
    return c.json(modelObject(c.req.param('id')))
  })
  const handle = (kind: Kind) => async (c: Context<Vars>) => {
    const asked = readers[kind](await door.json(c.req.raw), c.req.raw.headers)
    // A client that does not read never sees an end: its socket is closed.
    const drop = (): void => void c.env.outgoing?.destroy()
    return respond(kind, asked, choose(asked.model, settings), { signal: c.req.raw.signal, drop }, c.get('account'))
  }
  app.post('/v1/chat/completions', handle('chat'))
  app.post('/v1/completions', handle('completion'))
  app.post('/v1/responses', handle('responses'))
  app.post('/mcp', async c => sessions.handle(c.req.raw, c.get('account'), await door.json(c.req.raw)))
  app.on(['GET', 'DELETE'], '/mcp', c => sessions.handle(c.req.raw, c.get('account')))

  /** What a request comes to: made before anything is answered, so that what is wrong with it is said with a status. */
  async function work(
    asked: Asked,
    chosen: Chosen,
    account: Account | undefined,
  ): Promise<{ search: boolean; go(seat: ReturnType<Desk['sit']>): Work; release(): void }> {
    const free = () => {}
    let policy = await desk.provider(chosen.spec)
    checkAble(asked, chosen, policy)
    const topic = topicOf(asked, chosen, policy, settings)
    if ('said' in topic) return { search: false, go: () => async () => plainly(topic.said), release: free }
    const limited = Object.keys({ ...asked.budget, ...settings.most, ...account?.key.budget }).length > 0 || asked.verifier !== undefined
    if (chosen.method === null && topic.world === 'chat' && !limited)
      return { search: false, go: seat => o => desk.direct(asked, policy, seat, { account, ...o }), release: free }
    const former = formerOf(asked.messages, desk.store, account?.key.name)
    const held = account?.hold(limitsOf(asked, chosen, settings, former)) ?? {
      limits: limitsOf(asked, chosen, settings, former),
      release: free,
    }
    try {
      policy = await desk.provider(chosen.spec, topic.world)
      const { judge } = settings
      const models: { policy: Provider; judge?: Provider } =
        judge === undefined ? { policy } : { policy, judge: await desk.provider(settings.models[judge] ?? judge, topic.world) }
      const { plan, planned } = await planOf(asked, chosen, topic, { limits: held.limits, models, settings, by: account?.key.name })
      const on =
        former === null
          ? null
          : await turnOf(
              asked.messages,
              desk.store!.get(former.run),
              { plan, planned },
              { limits: held.limits, models, store: desk.store! },
            )
      // A model alone tells nothing but its answer, as it is written.
      const alone = chosen.method === null && topic.world === 'chat'
      return {
        search: !alone,
        go:
          seat =>
          ({ heard, onEvent, ...o }) => {
            const ears = { account, ...o, ...(alone ? heard && { heard } : onEvent && { onEvent }) }
            return on === null
              ? desk.search(asked, plan, planned, seat, { ...ears, origin: former?.run })
              : desk.search(asked, on.plan, on.planned, seat, { ...ears, resume: on.meta, turn: on.turn })
          },
        release: held.release,
      }
    } catch (e) {
      held.release()
      throw e
    }
  }

  async function respond(
    kind: Kind,
    asked: Asked,
    chosen: Chosen,
    client: { signal: AbortSignal; drop(): void },
    account: Account | undefined,
  ): Promise<Response> {
    const e: Envelope = {
      id: `${prefixes[kind]}${crypto.randomUUID().replace(/-/g, '')}`,
      model: asked.model,
      created: Math.floor(Date.now() / 1000),
    }
    const seat = desk.sit(client.signal)
    let end = seat.leave
    let streaming = false
    try {
      const { search, go, release } = await work(asked, chosen, account)
      end = () => {
        release()
        seat.leave()
      }
      const ask = go(seat)
      if (!asked.stream) {
        const s = await ask({})
        return Response.json(whole(kind, e, s, asked), { headers: s.run === null ? {} : { 'x-espalier-run': s.run } })
      }
      streaming = true
      return eventStream(
        async out => {
          try {
            await tell[kind](out, e, asked, ask, search)
          } catch (error) {
            // The head is gone already: the error is an event.
            out.push(refusalBody(asRefusal(error)), kind === 'responses' ? 'error' : undefined)
          } finally {
            end()
          }
        },
        seat.gone,
        { drop: client.drop, ...(settings.patience === undefined ? {} : { patience: settings.patience * 1000 }) },
      )
    } finally {
      if (!streaming) end()
    }
  }
  return { fetch: async (r, node = {}) => app.fetch(r, node), desk, metrics, sessions }
}

/** Listens, with its models ready. @throws Failure where the port is taken, or a model is none */
export async function serve(settings: ServeSettings): Promise<Serving> {
  const { host = '127.0.0.1', port = 8080 } = settings
  const app = application(settings)
  for (const spec of Object.values(settings.models)) await app.desk.provider(spec)
  const server = await new Promise<ServerType>((resolve, reject) => {
    const s = listen({ fetch: (r, node) => app.fetch(r, node as HttpBindings), hostname: host, port }, () => resolve(s))
    s.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'EADDRINUSE'
          ? new Failure('usage', `port ${port} of ${host} is taken`, 'take another with --port, or 0 for any')
          : new Failure('internal', `cannot listen on ${host}:${port}: ${error.message}`, '', { cause: error }),
      ),
    )
  })
  // Who sends the head or the body of a request drop by drop is not waited for. A connection outlasts a pause of its client, who may be about to ask again.
  Object.assign(server as Server, { headersTimeout: 20_000, requestTimeout: 60_000, keepAliveTimeout: 75_000 })
  const at = server.address() as AddressInfo
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${at.port}`,
    get inFlight() {
      return app.desk.taken
    },
    async close(grace = 10_000) {
      const closed = new Promise<void>(resolve => server.close(() => resolve()))
      await app.desk.close(grace)
      await app.sessions.close()
      // What was said last may still be on its way.
      const all = server as Server
      all.closeIdleConnections()
      const timer = setTimeout(() => all.closeAllConnections(), 500)
      await closed
      clearTimeout(timer)
    },
  }
}
