// What an HTTP server's refusals mean: slow down, try again, or do not.
import type { ProviderFault, Usage } from '../contract/index.ts'
import { ModelFault } from './fault.ts'

/** What a server said, as far as it is known. */
export interface Refusal {
  readonly status: number | undefined
  readonly message: string
  /** `insufficient_quota`, `context_length_exceeded`, `model_not_found` ... */
  readonly code?: string | undefined
  header?(name: string): string | null | undefined
}
/** Of whom it is said. */
export interface Asked {
  readonly host: string
  readonly model: string
  /** Name of the variable that holds the key; empty: no key is used. */
  readonly keyFrom: string
  /** What must not be told: keys, passwords. */
  readonly secrets: readonly string[]
}

/**
 * Seconds to wait, by `retry-after-ms`, `retry-after` (seconds or an HTTP date).
 * @param now milliseconds since 1970
 */
export function retryAfter(header: Refusal['header'], now = Date.now()): number | undefined {
  const ms = Number(header?.('retry-after-ms') || Number.NaN)
  if (Number.isFinite(ms)) return Math.max(0, ms / 1000)
  const text = header?.('retry-after')?.trim()
  if (!text) return undefined
  const seconds = Number(text)
  if (Number.isFinite(seconds)) return Math.max(0, seconds)
  const date = Date.parse(text)
  return Number.isNaN(date) ? undefined : Math.max(0, (date - now) / 1000)
}

/** Is it said that prompt and answer are longer than the model's context? */
export const tooLong = (r: Refusal): boolean =>
  r.code === 'context_length_exceeded' ||
  ((r.status === 400 || r.status === 413 || r.status === 422) &&
    /context (length|window|size)|maximum (context|model) length|max_model_len|prompt is too long|too many tokens/i.test(r.message))

/** What a refusal means to the runtime. The message is one line, without keys. */
export function serverFault(r: Refusal, asked: Asked, usage?: Partial<Usage>): ModelFault {
  const { host, model, keyFrom } = asked
  const said = brief(r.message, asked.secrets)
  const wait = retryAfter(r.header)
  const fault = (code: ProviderFault['code'], message: string): ModelFault =>
    new ModelFault(code, message, { ...(wait === undefined ? {} : { retryAfter: wait }), ...(usage === undefined ? {} : { usage }) })
  const { status } = r
  if (r.code === 'insufficient_quota' || status === 402) return fault('refused', `${host} says the account has no money left: ${said}`)
  if (status === 401 || status === 403) {
    const key = keyFrom === '' ? 'it wants a key' : `it did not take the key in ${keyFrom}`
    return fault('refused', `${host} refused (${status}): ${key}${said === '' ? '' : `: ${said}`}`)
  }
  if (status === 404) {
    return /model/i.test(said) || r.code === 'model_not_found'
      ? fault('refused', `${host} has no model "${model}" (404): ${said}`)
      : fault(
          'refused',
          `${host} has nothing at this address (404); does the base URL end in /v1?${said === '' ? '' : ` It said: ${said}`}`,
        )
  }
  if (tooLong(r)) return fault('refused', `the prompt is too long for ${model}: ${said}`)
  if (status === 429) return fault('limited', `${host} asks to slow down (429): ${said}`)
  if (status === undefined || status === 408 || status === 409 || status === 425 || status >= 500)
    return fault('fault', `${host} failed${status === undefined ? '' : ` (${status})`}: ${said}`)
  if (status < 300) return fault('fault', `the answer of ${host} could not be read: ${said}`)
  if (status < 400) return fault('refused', `${host} sends elsewhere (${status}); give the address it sends to as base URL`)
  return fault('refused', `${host} refused (${status}): ${said}`)
}

const unreachable: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'no such host',
  EAI_AGAIN: 'its name could not be looked up',
  EHOSTUNREACH: 'no way there',
  ENETUNREACH: 'no network',
  ETIMEDOUT: 'it did not answer',
  UND_ERR_CONNECT_TIMEOUT: 'it did not answer',
}
const cut = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED', 'UND_ERR_SOCKET', 'ERR_STREAM_PREMATURE_CLOSE', 'HPE_INVALID_CONSTANT'])

/** What went wrong on the way: null, if nothing says that anything did. */
export function networkFault(e: unknown, asked: Asked, usage?: Partial<Usage>): ModelFault | null {
  const fault = (code: ProviderFault['code'], message: string): ModelFault =>
    new ModelFault(code, message, usage === undefined ? {} : { usage })
  for (const x of causes(e)) {
    const code = String((x as NodeJS.ErrnoException).code ?? '')
    if (Object.hasOwn(unreachable, code)) return fault('fault', `could not reach ${asked.host}: ${unreachable[code]}`)
    if (cut.has(code) || /socket hang up|the connection was cut|terminated/.test(x.message))
      return fault('fault', `the connection to ${asked.host} was cut`)
    if (/^(CERT_|ERR_TLS|ERR_SSL|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_)/.test(code) || code === 'EPROTO')
      return fault('refused', `no secure connection to ${asked.host}: ${brief(x.message, asked.secrets)}`)
    if (/^HPE_/.test(code)) return fault('fault', `${asked.host} does not speak HTTP properly`)
  }
  return null
}

/** An error, what caused it, and what that is made of. */
export function* causes(e: unknown): Generator<Error> {
  for (let x = e, depth = 0; x instanceof Error && depth < 8; x = x.cause, depth++) {
    yield x
    for (const one of (x as AggregateError).errors ?? []) if (one instanceof Error) yield one
  }
}

/** What looks like a key, whoever's it is: servers quote what they were sent. */
const keyLike = /\b(?:sk|pk|rk|gsk|xai|hf|nvapi|AIza)[-_]?[\w*-]{12,}|\bBearer\s+[^\s"']+/g

/** One line of at most 300 characters, without secrets. */
export function brief(text: string, secrets: readonly string[]): string {
  let out = text
  for (const s of secrets) if (s !== '') out = out.replaceAll(s, '***')
  out = out.replace(keyLike, '***').replace(/\s+/g, ' ').trim()
  return out.length > 300 ? `${out.slice(0, 299)}…` : out
}
