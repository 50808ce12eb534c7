// The Model Context Protocol over HTTP: sessions, each with a server of its own, which one client holds.
import { WebStandardStreamableHTTPServerTransport as Transport } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js'
import type { Account } from './account.ts'
import type { Desk } from './desk.ts'
import { mcpServer } from './mcp.ts'
import { Refusal } from './refusal.ts'
import type { ServeSettings } from './settings.ts'

interface Session {
  readonly transport: Transport
  readonly account: Account | undefined
  /** When it was last heard of. */
  at: number
}
/** More than these at once, and those unheard of for longest go. */
const most = 500
/** Milliseconds of silence after which a session may go. */
const idle = 30 * 60_000

export class Sessions {
  readonly #settings: ServeSettings
  readonly #desk: Desk
  readonly #version: string
  readonly #all = new Map<string, Session>()
  constructor(settings: ServeSettings, desk: Desk, version: string) {
    this.#settings = settings
    this.#desk = desk
    this.#version = version
  }

  /** @param body of a POST, read already @throws Refusal: no such session, or that of another key */
  async handle(r: Request, account: Account | undefined, body?: unknown): Promise<Response> {
    const id = r.headers.get('mcp-session-id')
    const o = body === undefined ? {} : { parsedBody: body }
    if (id !== null) {
      const session = this.#all.get(id)
      // Another key's session is told apart from none by nobody.
      if (session === undefined || session.account !== account) throw new Refusal(404, 'session', 'there is no such session: begin again')
      session.at = performance.now()
      return session.transport.handleRequest(r, o)
    }
    if ((body as { method?: unknown } | undefined)?.method !== 'initialize')
      throw new Refusal(400, 'session', 'expected a session (Mcp-Session-Id), or initialize to begin one')
    if (!this.#desk.open) throw new Refusal(503, 'closing', 'the server is shutting down', { retryAfter: 5 })
    await this.#makeRoom()
    const transport = new Transport({
      sessionIdGenerator: () => crypto.randomUUID(),
      onsessioninitialized: name => void this.#all.set(name, { transport, account, at: performance.now() }),
      onsessionclosed: name => void this.#all.delete(name),
    })
    await mcpServer(this.#settings, this.#desk, this.#version, account).connect(transport)
    return transport.handleRequest(r, o)
  }

  async #makeRoom(): Promise<void> {
    const now = performance.now()
    const byAge = [...this.#all].sort((a, b) => a[1].at - b[1].at)
    for (const [i, [id, s]] of byAge.entries()) {
      if (now - s.at <= idle && byAge.length - i < most) break
      this.#all.delete(id)
      await s.transport.close()
    }
  }

  async close(): Promise<void> {
    const all = [...this.#all.values()]
    this.#all.clear()
    for (const s of all) await s.transport.close()
  }
}
