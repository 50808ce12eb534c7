// Server-sent events to a client that may read slowly, or not at all.
const encoder = new TextEncoder()

/** What goes out. */
export interface Outlet {
  /** Waits while the client does not read. false: it is gone. */
  ready(): Promise<boolean>
  /** As soon as it is ready. false: it is gone. @param id that a client which comes back names */
  send(data: object | '[DONE]', event?: string, id?: string): Promise<boolean>
  /** Sends at once, whether the client reads or not: for what cannot wait and is no more than an answer is long. */
  push(data: object, event?: string): void
  /** Sends at once, or, while the client does not read, not at all: for progress, which is old in a moment. */
  offer(data: object, event?: string): void
  /** A line that means nothing: who has gone is noticed by it. */
  beat(): void
}

/**
 * A response whose events `body` writes. The first goes out with the head.
 * @param gone aborted when the client goes away, or has read nothing for `patience` milliseconds @param o.drop closes what lies behind the response @param o.held bytes that wait for a client before there is no room for more; default: 64 events
 */
export function eventStream(
  body: (out: Outlet) => Promise<void>,
  gone: AbortController,
  o: { patience?: number; held?: number; drop?(): void } = {},
): Response {
  const { patience = 60_000 } = o
  let pull: (() => void) | undefined
  const stream = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const free = (): boolean => (controller.desiredSize ?? 0) > 0
        const room = async (): Promise<boolean> => {
          while (!free() && !gone.signal.aborted) {
            let timer: NodeJS.Timeout | undefined
            let away: (() => void) | undefined
            const read = await new Promise<boolean>(resolve => {
              pull = () => resolve(true)
              timer = setTimeout(() => resolve(false), patience)
              away = () => resolve(false)
              gone.signal.addEventListener('abort', away, { once: true })
            })
            clearTimeout(timer)
            gone.signal.removeEventListener('abort', away!)
            if (!read) gone.abort()
          }
          return !gone.signal.aborted
        }
        const write = (data: object | '[DONE]', event?: string, id?: string): void => {
          const text = data === '[DONE]' ? data : JSON.stringify(data)
          const head = `${event === undefined ? '' : `event: ${event}\n`}${id === undefined ? '' : `id: ${id}\n`}`
          controller.enqueue(encoder.encode(`${head}data: ${text}\n\n`))
        }
        const out: Outlet = {
          ready: room,
          async send(data, event, id) {
            if (!(await room())) return false
            write(data, event, id)
            return true
          },
          push(data, event) {
            if (!gone.signal.aborted) write(data, event)
          },
          offer(data, event) {
            if (!gone.signal.aborted && free()) write(data, event)
          },
          beat() {
            if (!gone.signal.aborted && free()) controller.enqueue(encoder.encode(':\n\n'))
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
            if (gone.signal.aborted) o.drop?.()
          })
      },
      pull() {
        pull?.()
      },
      cancel() {
        gone.abort()
      },
    },
    o.held === undefined ? { highWaterMark: 64 } : { highWaterMark: o.held, size: chunk => chunk.byteLength },
  )
  return new Response(stream, {
    headers: {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache',
      'x-accel-buffering': 'no',
    },
  })
}
