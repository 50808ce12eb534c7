// A search against the counting server, in a process of its own that may be killed at any moment. Prints one JSON line when it ends.
import { request } from 'node:http'
import type { Provider } from '../../src/contract/index.ts'
import type { FlatTree } from '../../src/kernel/index.ts'
import { solve } from '../../src/run/index.ts'
import { grower, kitchen } from '../../src/runtime/fixture/methods.ts'
import { toy, toyValue } from '../../src/runtime/fixture/toy.ts'

const [port, store, resume, methodName, concurrency, calls, seed] = process.argv.slice(2)

const model: Provider = {
  id: 'counted',
  dialect: 'text',
  can: [],
  price: { input: 0, output: 0 },
  max: (_, { n }) => ({ calls: n, requests: 1, inputTokens: 10, outputTokens: 20 * n }),
  sample: (messages, { n }, live) =>
    new Promise((resolve, reject) => {
      const body = JSON.stringify({ key: live.idempotencyKey, prompt: messages.map(m => m.content).join('\n'), index: live.index, n })
      const r = request({ port: Number(port), method: 'POST', signal: live.signal }, res => {
        let text = ''
        res.on('data', d => {
          text += d
        })
        res.on('end', () => {
          const samples = (JSON.parse(text) as string[]).map(t => ({ text: t, finish: 'stop' as const }))
          resolve({ samples, usage: { calls: n, requests: 1, inputTokens: 10, outputTokens: 8 * n } })
        })
        res.on('error', reject)
      })
      r.on('error', e => reject(Object.assign(e, { code: 'fault', usage: {} })))
      r.end(body)
    }),
}

const r = await solve(
  { world: toy(5), method: methodName === 'kitchen' ? kitchen() : grower, model, value: toyValue, budget: { calls: Number(calls) } },
  '',
  {
    store,
    seed: Number(seed),
    concurrency: Number(concurrency),
    ...(resume === '-' ? {} : { resume }),
    onRun: id => process.stdout.write(`${JSON.stringify({ run: id })}\n`),
  },
)
process.stdout.write(`${JSON.stringify({ digest: (r.tree as FlatTree).digest(), spent: r.spent, inDoubt: r.inDoubt, ended: r.ended })}\n`)
