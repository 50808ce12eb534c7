// Errors as OpenAI's protocol has them.
import { Failure } from '../kernel/index.ts'

/** A request that is not served. `status`: of HTTP. */
export class Refusal extends Error {
  override name = 'Refusal'
  readonly status: number
  readonly code: string
  readonly param: string | null
  /** Seconds after which one may try again. */
  readonly retryAfter?: number
  constructor(status: number, code: string, message: string, o: { param?: string; retryAfter?: number } = {}) {
    super(message)
    this.status = status
    this.code = code
    this.param = o.param ?? null
    if (o.retryAfter !== undefined) this.retryAfter = o.retryAfter
  }
}
const kinds: Readonly<Record<number, string>> = {
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  429: 'rate_limit_error',
}

/** Any error as a refusal. What is no Failure is a fault of ours, and is not told. */
export function asRefusal(e: unknown): Refusal {
  if (e instanceof Refusal) return e
  if (e instanceof Failure) {
    const status = { usage: 400, world: 400, model: 502, store: 503, internal: 500 }[e.code]
    return new Refusal(status, e.code, e.hint === '' ? e.message : `${e.message} (${e.hint})`)
  }
  const fault = e as { code?: string; retryAfter?: number; message?: string }
  if (fault?.code === 'limited')
    return new Refusal(429, 'limited', 'the model behind this server asks to slow down', { retryAfter: fault.retryAfter ?? 1 })
  if (fault?.code === 'refused' || fault?.code === 'fault')
    return new Refusal(502, fault.code, `the model behind this server: ${fault.message ?? 'it failed'}`)
  return new Refusal(500, 'internal', 'internal fault')
}
export const refusalBody = (r: Refusal): object => ({
  error: {
    message: r.message.replace(/\s*\n\s*/g, ' '),
    type: kinds[r.status] ?? (r.status >= 500 ? 'server_error' : 'invalid_request_error'),
    code: r.code,
    param: r.param,
  },
})
/** What was asked for does not go with how things are now. */
export const conflict = (message: string): Refusal => new Refusal(409, 'conflict', message)
export function refusalResponse(e: unknown): Response {
  const r = asRefusal(e)
  return new Response(JSON.stringify(refusalBody(r)), {
    status: r.status,
    headers: {
      'content-type': 'application/json',
      ...(r.retryAfter === undefined ? {} : { 'retry-after': String(Math.ceil(r.retryAfter)) }),
    },
  })
}
