// A span around each request, by the HTTP semantic conventions of OpenTelemetry: child of the caller's (`traceparent`), parent of the run's.
import type { HttpBindings } from '@hono/node-server'
import { context, propagation, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import type { MiddlewareHandler } from 'hono'
import { tracer } from '../runtime/index.ts'

const getter = { get: (h: Headers, name: string) => h.get(name) ?? undefined, keys: (h: Headers) => [...h.keys()] }

/** Without an SDK that is registered it does nothing. @param routeOf the path of the route that a request was served by, once it was */
export const traced =
  (routeOf: (path: string) => string): MiddlewareHandler<{ Bindings: Partial<HttpBindings>; Variables: any }> =>
  async (c, next) => {
    const t = tracer()
    if (t === undefined) return next()
    const { method } = c.req
    const url = new URL(c.req.url)
    const outer = propagation.extract(context.active(), c.req.raw.headers, getter)
    const span = t.startSpan(
      method,
      {
        kind: SpanKind.SERVER,
        attributes: {
          'http.request.method': method,
          'url.scheme': url.protocol.replace(':', ''),
          'url.path': url.pathname,
          'server.address': url.hostname,
          ...(url.port === '' ? {} : { 'server.port': Number(url.port) }),
          ...(c.req.header('user-agent') === undefined ? {} : { 'user_agent.original': c.req.header('user-agent')! }),
        },
      },
      outer,
    )
    const end = (status: number): void => {
      const route = routeOf(c.req.routePath)
      span.updateName(`${method} ${route}`)
      span.setAttributes({ 'http.route': route, 'http.response.status_code': status })
      // Of a server's span an error is the server's own.
      if (status >= 500) {
        span.setAttribute('error.type', String(status))
        span.setStatus({ code: SpanStatusCode.ERROR })
      }
      span.end()
    }
    try {
      await context.with(trace.setSpan(outer, span), next)
    } catch (e) {
      end(500)
      throw e
    }
    const { status, headers } = c.res
    const out = c.env?.outgoing
    // An answer in parts is not over with its head.
    if (out !== undefined && /^text\/event-stream/.test(headers.get('content-type') ?? '')) out.once('close', () => end(status))
    else end(status)
  }
