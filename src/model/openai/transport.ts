// HTTP as the client of the API wants it (`fetch`), over node:http: every socket ends with the call it serves, silence is noticed at any length, and no
// answer is given up because its first byte takes five minutes, as the built-in fetch does.
import { Agent as PlainAgent, request as plainRequest } from 'node:http'
import { Agent as SecureAgent, request as secureRequest } from 'node:https'

/** The server said nothing for too long, or took too long in all. */
export class Silence extends Error {
  override name = 'Silence'
}
export interface Transport {
  fetch(url: string | URL | Request, init?: RequestInit): Promise<Response>
  /** Closes every socket. */
  close(): void
}

const loopback = /^(localhost|127(\.\d+){3}|\[::1\])$/

/**
 * @param stall seconds without a byte after which a call is given up
 * @param timeout seconds a call may take in all
 */
export function transport({ stall, timeout }: { stall: number; timeout: number }): Transport {
  const agents = new Map<string, PlainAgent | SecureAgent>()
  const agentFor = (url: URL): PlainAgent | SecureAgent => {
    const near = loopback.test(url.hostname)
    const key = `${url.protocol}${near}`
    let agent = agents.get(key)
    if (agent === undefined) {
      // What runs on this machine is never asked through a proxy.
      const o = { keepAlive: true, ...(near ? {} : { proxyEnv: process.env }) }
      agent = url.protocol === 'https:' ? new SecureAgent(o) : new PlainAgent(o)
      agents.set(key, agent)
    }
    return agent
  }
  return {
    close() {
      for (const a of agents.values()) a.destroy()
      agents.clear()
    },
    fetch: (to, init = {}) =>
      new Promise<Response>((resolve, reject) => {
        const url = new URL(to instanceof Request ? to.url : to)
        const { signal } = init
        if (signal?.aborted) return reject(aborted(signal))
        const make = url.protocol === 'https:' ? secureRequest : plainRequest
        const req = make(url, {
          method: init.method ?? 'GET',
          headers: Object.fromEntries(new Headers(init.headers as Headers)),
          agent: agentFor(url),
        })
        let why: Error | undefined
        const giveUp = (e: Error): void => {
          why ??= e
          req.destroy(e)
        }
        const silent = setTimeout(() => giveUp(new Silence(`sent nothing for ${stall} s`)), ms(stall))
        const whole = setTimeout(() => giveUp(new Silence(`took more than ${timeout} s`)), ms(timeout))
        const abort = (): void => giveUp(aborted(signal!))
        const end = (): void => {
          clearTimeout(silent)
          clearTimeout(whole)
          signal?.removeEventListener('abort', abort)
        }
        signal?.addEventListener('abort', abort)
        req.on('error', e => {
          end()
          reject(why ?? e)
        })
        req.on('response', res => {
          const status = res.statusCode ?? 0
          const headers = new Headers()
          for (let i = 0; i < res.rawHeaders.length; i += 2) headers.append(res.rawHeaders[i], res.rawHeaders[i + 1])
          const streamed = status < 300 && /text\/event-stream/.test(headers.get('content-type') ?? '')
          const chunks: Uint8Array[] = []
          let out: ReadableStreamDefaultController<Uint8Array> | undefined
          let over = false
          const close = (e?: Error): void => {
            if (over) return
            over = true
            end()
            if (out !== undefined) e === undefined ? out.close() : out.error(e)
            else if (e !== undefined) reject(e)
            else resolve(new Response(bodyless(status) ? null : plainError(status, Buffer.concat(chunks)), { status, headers }))
          }
          if (streamed) {
            const body = new ReadableStream<Uint8Array>({
              start(c) {
                out = c
              },
              cancel() {
                over = true
                end()
                req.destroy()
              },
            })
            resolve(new Response(body, { status, headers }))
          }
          res.on('data', (chunk: Buffer) => {
            silent.refresh()
            if (over) return
            out === undefined ? chunks.push(chunk) : out.enqueue(chunk)
          })
          res.on('end', () => close())
          res.on('error', e => close(why ?? e))
          res.on('close', () => close(why ?? new Error('the connection was cut')))
        })
        req.end(init.body as string | undefined)
      }),
  }
}

/** Seconds as a timer takes them: it has 31 bits. */
const ms = (seconds: number): number => Math.min(2 ** 31 - 1, seconds * 1000)
const bodyless = (status: number): boolean => status === 204 || status === 304

const aborted = (signal: AbortSignal): Error =>
  signal.reason instanceof Error ? signal.reason : new DOMException('This operation was aborted', 'AbortError')

/** Servers put what went wrong in many shapes: `{error: {message}}`, `{error: "..."}`, `{message}`, `{detail}`. The client reads the first. */
function plainError(status: number, body: Buffer): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(body)
  if (status < 400) return bytes
  let said: unknown
  try {
    said = JSON.parse(body.toString())
  } catch {
    return bytes
  }
  if (typeof said !== 'object' || said === null) return bytes
  const { error, message, detail, ...rest } = said as Record<string, unknown>
  if (typeof error === 'object' && error !== null) return bytes
  const text = [error, message, detail].find(x => x !== undefined && x !== null)
  return new TextEncoder().encode(
    JSON.stringify({ error: { ...rest, message: typeof text === 'string' ? text : JSON.stringify(text ?? rest) } }),
  )
}
