// The client of the public HTTP API (src/serve/api/wire.ts): requests, and streams of events that are taken up again where they broke off.
import { useCallback, useEffect, useRef, useState } from 'react'
import { state } from './shell/state.ts'

/** An answer that is an error. Status 0: no answer at all. */
export class ApiError extends Error {
  readonly status: number
  readonly code: string | null
  /** The field that is wrong. */
  readonly param: string | null
  constructor(status: number, message: string, code: string | null = null, param: string | null = null) {
    super(message)
    this.status = status
    this.code = code
    this.param = param
  }
}

// ---------------------------------------------------------------------------------------------------------------- key
const stored = 'espalier.key'
/** A server said 401: the shell asks for a key and answers; null: not now. */
export const keyWanted = state<{ wrong: boolean; answer(key: string | null): void } | null>(null)
let asking: Promise<string | null> | undefined
const key = (): string | null => sessionStorage.getItem(stored)
function askKey(refused: string | null): Promise<string | null> {
  // Another request may have asked in the meantime.
  if (key() !== refused) return Promise.resolve(key())
  asking ??= new Promise<string | null>(resolve => {
    keyWanted.set({
      wrong: refused !== null,
      answer(given) {
        asking = undefined
        keyWanted.set(null)
        if (given !== null) sessionStorage.setItem(stored, given)
        resolve(given)
      },
    })
  })
  return asking
}

// ----------------------------------------------------------------------------------------------------------- requests
type Query = Record<string, string | number | boolean | null | undefined>
/** A path of the API with a query; what is null, undefined or empty is left out. Parts of the path that are not plain belong through encodeURIComponent. */
export function url(path: string, query: Query = {}): string {
  const q = new URLSearchParams()
  for (const [k, v] of Object.entries(query)) if (v !== null && v !== undefined && v !== '') q.set(k, String(v))
  const text = q.toString()
  return text === '' ? path : `${path}?${text}`
}
async function failure(response: Response): Promise<ApiError> {
  const text = await response.text().catch(() => '')
  try {
    const { error } = JSON.parse(text) as { error: { message: string; code?: string | null; param?: string | null } }
    return new ApiError(response.status, error.message, error.code ?? null, error.param ?? null)
  } catch {
    return new ApiError(response.status, text.length > 0 && text.length < 300 ? text : `The server answered ${response.status}.`)
  }
}
/** A request with the key, which is asked for where the server wants one. Throws ApiError, or AbortError. */
export async function send(path: string, init: RequestInit = {}): Promise<Response> {
  for (;;) {
    const with_ = key()
    const headers = new Headers(init.headers)
    if (with_ !== null) headers.set('authorization', `Bearer ${with_}`)
    let response: Response
    try {
      response = await fetch(path, { ...init, headers })
    } catch (error) {
      if (init.signal?.aborted) throw error
      throw new ApiError(0, 'No connection.')
    }
    if (response.ok) return response
    const error = await failure(response)
    if (response.status !== 401 || (await askKey(with_)) === null) throw error
  }
}
export async function get<T>(path: string, o: { signal?: AbortSignal } = {}): Promise<T> {
  return (await (await send(path, { signal: o.signal })).json()) as T
}
export async function post<T>(path: string, body: unknown, o: { signal?: AbortSignal } = {}): Promise<T> {
  const headers = { 'content-type': 'application/json' }
  return (await (await send(path, { method: 'POST', headers, body: JSON.stringify(body), signal: o.signal })).json()) as T
}

export interface Got<T> {
  /** The last that came; stays while it is asked for anew. */
  data: T | undefined
  error: unknown
  /** Asks again; what came before stays until then. */
  reload(): void
}
/** GET while the component is there; null: not now. What came for another path is not shown. */
export function useGet<T>(path: string | null): Got<T> {
  const [at, setAt] = useState<{ path: string | null; data?: T; error?: unknown }>({ path: null })
  const [turn, setTurn] = useState(0)
  // biome-ignore lint/correctness/useExhaustiveDependencies: `turn` asks again
  useEffect(() => {
    if (path === null) return
    const abort = new AbortController()
    get<T>(path, { signal: abort.signal }).then(
      data => !abort.signal.aborted && setAt({ path, data }),
      error => !abort.signal.aborted && setAt(was => (was.path === path ? { ...was, error } : { path, error })),
    )
    return () => abort.abort()
  }, [path, turn])
  const reload = useCallback(() => setTurn(t => t + 1), [])
  const mine = at.path === path
  return { data: mine ? at.data : undefined, error: mine ? at.error : undefined, reload }
}

// ------------------------------------------------------------------------------------------------------------ streams
export interface StreamEvent {
  event: string
  id: string
  data: string
}
/** Reads server-sent events from text that comes in pieces. */
export function eventReader(take: (e: StreamEvent) => void): (text: string) => void {
  let rest = ''
  let event = ''
  let id = ''
  let data: string[] = []
  return text => {
    rest += text
    let from = 0
    for (;;) {
      const end = rest.indexOf('\n', from)
      if (end < 0) break
      const line = rest.slice(from, rest[end - 1] === '\r' && end > from ? end - 1 : end)
      from = end + 1
      if (line === '') {
        if (data.length > 0) take({ event: event === '' ? 'message' : event, id, data: data.join('\n') })
        event = ''
        data = []
      } else if (!line.startsWith(':')) {
        const colon = line.indexOf(':')
        const field = colon < 0 ? line : line.slice(0, colon)
        const value = colon < 0 ? '' : line.slice(colon + (line[colon + 1] === ' ' ? 2 : 1))
        if (field === 'event') event = value
        else if (field === 'data') data.push(value)
        else if (field === 'id') id = value
      }
    }
    rest = rest.slice(from)
  }
}
export type StreamState = 'opening' | 'live' | 'waiting' | 'over'
export interface Follow {
  /** Where to begin: the id of the last event that is known. */
  after?: string
  on(event: string, data: unknown, id: string): void
  onState?(state: StreamState, error?: unknown): void
  signal: AbortSignal
}
/** Resolves when the page is seen, or with the signal. */
function seen(signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    const look = (): void => {
      if (document.hidden && !signal.aborted) return
      document.removeEventListener('visibilitychange', look)
      signal.removeEventListener('abort', look)
      resolve()
    }
    document.addEventListener('visibilitychange', look)
    signal.addEventListener('abort', look)
    look()
  })
}
/**
 * Follows a stream until `end`, an error that will not pass, or the signal; broken off, it is taken up by Last-Event-ID with a growing pause. A page that
 * nobody sees lets go of it: a browser has six connections to a server, for all of its tabs together.
 */
export async function follow(path: string, o: Follow): Promise<void> {
  let last = o.after
  let pause = 500
  while (!o.signal.aborted) {
    let over = false
    await seen(o.signal)
    const shown = new AbortController()
    const hide = (): void => {
      if (document.hidden) shown.abort()
    }
    document.addEventListener('visibilitychange', hide)
    try {
      o.onState?.('opening')
      const headers: Record<string, string> = { accept: 'text/event-stream' }
      if (last !== undefined) headers['last-event-id'] = last
      const response = await send(path, { headers, signal: AbortSignal.any([o.signal, shown.signal]), cache: 'no-store' })
      o.onState?.('live')
      const read = eventReader(e => {
        if (e.id !== '') last = e.id
        if (o.signal.aborted) return
        o.on(e.event, JSON.parse(e.data), e.id)
        if (e.event === 'end') over = true
        pause = 500
      })
      const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
      for (;;) {
        const { done, value } = await reader.read()
        if (done) break
        read(value)
      }
    } catch (error) {
      if (o.signal.aborted) return
      if (error instanceof ApiError && error.status >= 400 && error.status < 500 && error.status !== 429) {
        o.onState?.('over', error)
        return
      }
    } finally {
      document.removeEventListener('visibilitychange', hide)
    }
    if (over) {
      o.onState?.('over')
      return
    }
    o.onState?.('waiting')
    if (shown.signal.aborted) continue
    await new Promise<void>(resolve => {
      const timer = setTimeout(resolve, pause * (0.75 + Math.random() / 2))
      const stop = (): void => {
        clearTimeout(timer)
        resolve()
      }
      o.signal.addEventListener('abort', stop, { once: true })
    })
    pause = Math.min(10_000, pause * 2)
  }
}
/** Follows a stream while the component is there; null: not now. `on` may change from render to render. Another `turn`: one that has ended begins again. */
export function useStream(path: string | null, on: Follow['on'], o: { after?: string; turn?: number } = {}): StreamState {
  const { after, turn = 0 } = o
  const [now, setNow] = useState<StreamState>('opening')
  const latest = useRef(on)
  latest.current = on
  // biome-ignore lint/correctness/useExhaustiveDependencies: `after` is where it began, `turn` begins again
  useEffect(() => {
    if (path === null) return
    const abort = new AbortController()
    void follow(path, {
      after,
      on: (e, d, id) => latest.current(e, d, id),
      onState: s => !abort.signal.aborted && setNow(s),
      signal: abort.signal,
    })
    return () => abort.abort()
  }, [path, turn])
  return now
}
