// Routes of the HTTP API of runs, data and training: what each is given, how its body is checked, and how it comes into the OpenAPI document.
import type { HttpBindings } from '@hono/node-server'
import type { Context, Hono } from 'hono'
import { z } from 'zod'
import type { Store } from '../../store/index.ts'
import type { Account } from '../account.ts'
import { checked } from '../checked.ts'
import type { Desk } from '../desk.ts'
import type { Door } from '../door.ts'
import { Refusal } from '../refusal.ts'
import type { ServeSettings } from '../settings.ts'
import { eventStream, type Outlet } from '../stream.ts'

export type Vars = { Bindings: Partial<HttpBindings>; Variables: { account: Account | undefined } }

/** What a route is asked. Query and body were checked. */
export interface Asked<Q = unknown, B = unknown> {
  /** Parts of the path: `{run}` is params.run. */
  readonly params: Readonly<Record<string, string>>
  readonly query: Q
  readonly body: B
  /** Of its key; undefined: keys are not asked for. */
  readonly account: Account | undefined
  /** Name of its key: the runs it may see are those that `isOf(meta, by)` says. */
  readonly by: string | undefined
  /** Of a stream that a client comes back to. */
  readonly lastEventId: string | undefined
  readonly signal: AbortSignal
  /** Answers with server-sent events: see `eventStream`. */
  stream(body: (out: Outlet, gone: AbortSignal) => Promise<void>): Response
}
/** What an endpoint takes and gives, which is both checked and told. */
export interface Endpoint<Q extends z.ZodType, B extends z.ZodType> {
  readonly summary: string
  /** Texts by name. */
  readonly query?: Q
  readonly body?: B
  /** Of a JSON answer. */
  readonly answer?: z.ZodType
  /** Data of each event of a stream of server-sent events. */
  readonly events?: Readonly<Record<string, z.ZodType>>
  /** Content type of an answer that is a file. */
  readonly file?: string
  readonly status?: 200 | 201
}
/** What the OpenAPI document is told. */
export interface Described {
  /** @param errors responses of what is refused, by status */
  paths(errors: object): Record<string, object>
  schemas(): Record<string, object>
}

/** Schemas that have a name in the OpenAPI document. */
const registry = z.registry<{ id: string }>()
/** Gives a schema a name in the OpenAPI document; wherever it stands there, it is referred to. */
export const named = <T extends z.ZodType>(id: string, schema: T): T => {
  registry.add(schema, { id })
  return schema
}
const reference = (id: string): string => `#/components/schemas/${id}`
const told = (schema: z.ZodType, io: 'input' | 'output'): object => {
  const id = registry.get(schema)?.id
  if (id !== undefined) return { $ref: reference(id) }
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' })
  return rest
}

/** The routes under /api, as files of routes add them: `(api: Api) => void`. */
export class Api implements Described {
  readonly desk: Desk
  readonly settings: ServeSettings
  readonly #app: Hono<Vars>
  readonly #door: Door
  readonly #all: { method: 'get' | 'post'; path: string; endpoint: Endpoint<z.ZodType, z.ZodType> }[] = []
  constructor(o: { app: Hono<Vars>; desk: Desk; door: Door; settings: ServeSettings }) {
    this.#app = o.app
    this.desk = o.desk
    this.#door = o.door
    this.settings = o.settings
  }
  /** @throws Refusal (409) where no runs are kept */
  get store(): Store {
    const { store } = this.desk
    if (store === null) throw new Refusal(409, 'no_store', 'no runs are kept here: serve with --store DIR')
    return store
  }
  get readOnly(): boolean {
    return this.desk.store?.readOnly !== false
  }
  /** @throws Refusal (409) where nothing can be begun or changed */
  writable(): Store {
    if (this.store.readOnly) throw new Refusal(409, 'read_only', `${this.store.folder} cannot be written: nothing can be begun or changed`)
    return this.store
  }

  /** @param path as OpenAPI has it: `/api/runs/{run}` @param handle gives what is answered as JSON, or a Response */
  get<Q extends z.ZodType = z.ZodUndefined>(
    path: string,
    endpoint: Endpoint<Q, z.ZodUndefined>,
    handle: (asked: Asked<z.infer<Q>>) => unknown,
  ): void {
    this.#add('get', path, endpoint, handle as (asked: Asked<any, any>) => unknown)
  }
  post<B extends z.ZodType>(
    path: string,
    endpoint: Endpoint<z.ZodUndefined, B> & { body: B },
    handle: (asked: Asked<undefined, z.infer<B>>) => unknown,
  ): void {
    this.#add('post', path, endpoint, handle as (asked: Asked<any, any>) => unknown)
  }
  #add(method: 'get' | 'post', path: string, endpoint: Endpoint<any, any>, handle: (asked: Asked<any, any>) => unknown): void {
    this.#all.push({ method, path, endpoint })
    this.#app.on(method.toUpperCase(), path.replaceAll(/\{(\w+)\}/g, ':$1'), async (c: Context<Vars>) => {
      const { signal, headers } = c.req.raw
      const account = c.get('account')
      const r = await handle({
        params: c.req.param(),
        query: endpoint.query === undefined ? undefined : checked(endpoint.query, c.req.query(), 'the query'),
        body: endpoint.body === undefined ? undefined : checked(endpoint.body, await this.#door.json(c.req.raw)),
        account,
        by: account?.key.name,
        lastEventId: headers.get('last-event-id') ?? undefined,
        signal,
        stream: body => {
          const gone = new AbortController()
          if (signal.aborted) gone.abort()
          else signal.addEventListener('abort', () => gone.abort(), { once: true })
          const { patience } = this.settings
          return eventStream(out => body(out, gone.signal), gone, {
            drop: () => void c.env.outgoing?.destroy(),
            held: 256 * 1024,
            ...(patience === undefined ? {} : { patience: patience * 1000 }),
          })
        },
      })
      return r instanceof Response ? r : c.json(r as object, endpoint.status ?? 200)
    })
  }

  paths(errors: object): Record<string, object> {
    const out: Record<string, Record<string, object>> = {}
    for (const { method, path, endpoint } of this.#all) {
      const { summary, query, body, answer, events, file, status = 200 } = endpoint
      const fields = query === undefined ? {} : ((told(query, 'input') as { properties?: Record<string, object> }).properties ?? {})
      out[path] ??= {}
      out[path][method] = {
        summary,
        parameters: [
          ...[...path.matchAll(/\{(\w+)\}/g)].map(m => ({ name: m[1], in: 'path', required: true, schema: { type: 'string' } })),
          ...Object.entries(fields).map(([name, schema]) => ({ name, in: 'query', required: false, schema })),
          ...(events === undefined
            ? []
            : [
                {
                  name: 'last-event-id',
                  in: 'header',
                  required: false,
                  schema: { type: 'string' },
                  description: 'goes on after this event',
                },
              ]),
        ],
        ...(body === undefined
          ? {}
          : { requestBody: { required: true, content: { 'application/json': { schema: told(body, 'input') } } } }),
        responses: {
          [status]:
            events !== undefined
              ? {
                  description: `server-sent events: ${Object.keys(events).join(', ')}`,
                  content: {
                    'text/event-stream': {
                      schema: {
                        oneOf: Object.entries(events).map(([event, data]) => ({
                          type: 'object',
                          properties: { event: { const: event }, id: { type: 'string' }, data: told(data, 'output') },
                        })),
                      },
                    },
                  },
                }
              : file !== undefined
                ? { description: 'the file', content: { [file]: { schema: { type: 'string' } } } }
                : {
                    description: 'the answer',
                    content: { 'application/json': { schema: answer === undefined ? {} : told(answer, 'output') } },
                  },
          ...errors,
        },
      }
    }
    return out
  }
  schemas(): Record<string, object> {
    const { schemas } = z.toJSONSchema(registry, { uri: reference, io: 'output', unrepresentable: 'any' }) as {
      schemas: Record<string, object>
    }
    return Object.fromEntries(
      Object.entries(schemas).map(([id, schema]) => {
        const { $schema: _s, $id: _i, ...rest } = schema as { $schema?: unknown; $id?: unknown }
        return [id, rest]
      }),
    )
  }
}
