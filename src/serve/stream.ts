// Server-sent events to a client that may read slowly, or not at all.
const encoder = new TextEncoder()

/** What goes out. */
export interface Outlet {
  /** Waits while the client does not read. false: it is gone. */
  send(data: object | '[DONE]', event?: string): Promise<boolean>
  /** Sends at once, or, while the client does not read, not at all: for progress, which is old in a moment. */
  offer(data: object): void
}

/**
 * A response whose events `body` writes. The first goes out with the head.
 * @param gone aborted when the client goes away, or has read nothing for `patience` milliseconds
 */
export function eventStream(
  body: (out: Outlet) => Promise<void>,
  gone: AbortController,
  o: { headers?: Record<string, string>; patience?: number } = {},
): Response {
  const { patience = 60_000 } = o
  let pull: (() => void) | undefined
  const stream = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const room = async (): Promise<boolean> => {
          while ((controller.desiredSize ?? 0) <= 0 && !gone.signal.aborted) {
            let timer: NodeJS.Timeout | undefined
            const read = new Promise<boolean>(resolve => {
              pull = () => resolve(true)
              timer = setTimeout(() => resolve(false), patience)
              gone.signal.addEventListener('abort', () => resolve(false), { once: true })
            })
            const ok = await read
            clearTimeout(timer)
            if (!ok) gone.abort()
          }
          return !gone.signal.aborted
        }
        const write = (data: object | '[DONE]', event?: string): void => {
          const text = data === '[DONE]' ? data : JSON.stringify(data)
          controller.enqueue(encoder.encode(`${event === undefined ? '' : `event: ${event}\n`}data: ${text}\n\n`))
        }
        const out: Outlet = {
          async send(data, event) {
            if (!(await room())) return false
            write(data, event)
            return true
          },
          offer(data) {
            if (!gone.signal.aborted && (controller.desiredSize ?? 0) > 0) write(data)
          },
        }
        body(out)
          .catch(() => gone.abort())
          .finally(() => {
            try {
              controller.close()
            } catch {
              // The client closed it first.
            }
          })
      },
      pull() {
        pull?.()
      },
      cancel() {
        gone.abort()
      },
    },
    { highWaterMark: 64 },
  )
  return new Response(stream, {
    headers: {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache',
      connection: 'keep-alive',
      'x-accel-buffering': 'no',
      ...o.headers,
    },
  })
}
