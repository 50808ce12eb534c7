// Many methods at once in a process of their own, each up to a call that never returns; then the process is killed.

import type { Provider } from '../../src/contract/index.ts'
import { hashText } from '../../src/kernel/index.ts'
import { given, model } from '../../src/method/fixture/conformance.ts'
import { methods } from '../../src/method/index.ts'
import { solve } from '../../src/run/index.ts'

/** What each of them may spend, and the seed of all: as whoever resumes them must say. */
export const budget = { calls: 24 }
export const seed = 7

/** The request of a method that never returns: one of its first five. */
const fatal = (id: string): number => 1 + (hashText(id) % 5)

if (process.argv[1] === import.meta.filename) {
  const [store, ids] = process.argv.slice(2)
  const begun: Record<string, string> = {}
  const stuck: string[] = []
  const one = (id: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const inner = model()
      let asked = 0
      const hangs: Provider = {
        ...inner,
        sample(messages, o, live) {
          if (++asked !== fatal(id)) return inner.sample(messages, o, live)
          stuck.push(id)
          resolve()
          return new Promise(() => {})
        },
      }
      const { frame, task } = given(methods.get(id)!, { model: hangs, budget })
      const run = solve(frame, task, { store, seed, concurrency: 1, strict: true, onRun: r => void (begun[id] = r) })
      run.then(() => resolve(), reject)
    })
  await Promise.all(ids.split(',').map(one))
  process.stdout.write(`${JSON.stringify({ begun, stuck })}\n`, () => process.kill(process.pid, 'SIGKILL'))
}
