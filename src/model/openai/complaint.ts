// What a server of this protocol said when it did not do as it was asked.
import type { Refusal } from '../server-fault.ts'

/** A refusal, and which name of the body it is about, where the server says so. */
export interface Complaint extends Refusal {
  param?: string
}

/** @throws SyntaxError that quotes the beginning */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new SyntaxError(JSON.stringify(text.length > 80 ? `${text.slice(0, 79)}…` : text))
  }
}

/** An error put where a reply should be; its code may be a status. */
export function told(error: { readonly [key: string]: any }): Error {
  const status = Number(error.code ?? error.status)
  return Object.assign(new Error(String(error.message ?? JSON.stringify(error))), {
    status: Number.isInteger(status) && status >= 300 && status < 600 ? status : 500,
    error,
  })
}

/** What the server refused with, where it did. */
export function refusalOf(e: unknown): Complaint | null {
  const x = e as { status?: unknown; error?: unknown; headers?: Headers; message?: string }
  const body = (typeof x.error === 'object' && x.error !== null ? x.error : undefined) as { [key: string]: unknown } | undefined
  if (typeof x.status !== 'number' && body === undefined) return null
  const code = typeof body?.code === 'string' ? body.code : typeof body?.type === 'string' ? body.type : undefined
  return {
    status: typeof x.status === 'number' ? x.status : Number(body?.code) || 500,
    message: typeof body?.message === 'string' ? body.message : String(x.message ?? '').replace(/^\d+ /, ''),
    code,
    ...(typeof body?.param === 'string' ? { param: body.param } : {}),
    header: name => x.headers?.get?.(name),
  }
}

/** Does the server say that it draws one sample a request only? */
export const complainsOfN = (r: Complaint): boolean =>
  (r.status === 400 || r.status === 422 || r.status === 501) &&
  (r.param === 'n' ||
    /(^|[\s'"`(])n['"`]?( |\b)?(=|!=|>|must|is not|should|can only|parameter|greater|larger|only|not supported)/i.test(r.message))
