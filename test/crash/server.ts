import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { AddressedRandom, hashText } from '../../src/kernel/index.ts'

/** A model server that answers as a function of the prompt and counts every request by its key. */
export interface Counting {
  port: number
  /** Requests answered, by idempotency key. */
  answered: Map<string, number>
  /** Called after each answer. */
  onAnswer: () => void
  close(): void
}

/** @param latency mean in ms, exponentially distributed; from chance, as a network's is */
export async function counting(latency: number): Promise<Counting> {
  const answered = new Map<string, number>()
  const out: Counting = { port: 0, answered, onAnswer: () => {}, close: () => server.close() }
  const server: Server = createServer((req, res) => {
    let text = ''
    req.on('data', d => {
      text += d
    })
    req.on('end', () => {
      const { key, prompt, index, n } = JSON.parse(text) as { key: string; prompt: string; index: number; n: number }
      setTimeout(
        () => {
          answered.set(key, (answered.get(key) ?? 0) + 1)
          out.onAnswer()
          res.end(
            JSON.stringify(
              Array.from({ length: n }, (_, i) => {
                const r = new AddressedRandom(1, hashText(prompt), index + i, 'reply')
                return Array.from({ length: 8 }, () => r.int(10)).join('')
              }),
            ),
          )
        },
        -Math.log(1 - Math.random()) * latency,
      )
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  out.port = (server.address() as AddressInfo).port
  return out
}
