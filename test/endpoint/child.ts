// A search over an endpoint, in a process of its own that may be killed at any moment. Prints its run, and one JSON line when it ends.
import { openai } from '../../src/model/index.ts'
import { solve } from '../../src/run/index.ts'
import { grower } from '../../src/runtime/fixture/methods.ts'
import { toy, toyValue } from '../../src/runtime/fixture/toy.ts'

const [baseUrl, store, resume, stream, concurrency, calls] = process.argv.slice(2)
const model = openai({ model: 'm', baseUrl, stream: stream === 'true', max: 20 })
const r = await solve({ world: toy(5), method: grower, model, value: toyValue, budget: { calls: Number(calls) } }, '', {
  store,
  seed: 5,
  concurrency: Number(concurrency),
  ...(resume === '-' ? {} : { resume }),
  onRun: run => process.stdout.write(`${JSON.stringify({ run })}\n`),
})
process.stdout.write(`${JSON.stringify({ spent: r.spent, inDoubt: r.inDoubt, ended: r.ended })}\n`)
