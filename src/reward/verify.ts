// A user's own program as verifier.
import type { Assessment, Context, Effect, Reward } from '../contract/index.ts'
import { Failure } from '../kernel/failure.ts'
import { type Ran, runCommand, splitWords } from './command.ts'

/** What a verifier found. */
export interface Verdict {
  /** In [0, 1]; null: it could not say. */
  readonly score: number | null
  /** What it wrote, or what went wrong. */
  readonly text: string
}
const textMost = 4000

/** Exit 0 with a last line that is a number in [0, 1]: that; exit 0: 1; exit 1: 0; anything else: it could not say. */
export function verdict(r: Ran, timeout: number): Verdict {
  const lines = r.out.trimEnd().split('\n')
  const last = lines[lines.length - 1].trim()
  const mark = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(last) ? Number(last) : Number.NaN
  const marked = r.code === 0 && mark >= 0 && mark <= 1
  const text = [...(marked ? lines.slice(0, -1) : lines), r.err].join('\n').trim().slice(-textMost)
  if (r.timedOut) return { score: null, text: `no verdict within ${timeout} s` }
  if (r.code === 0) return { score: marked ? mark : 1, text }
  if (r.code === 1) return { score: 0, text }
  const how = r.code === null ? `ended by ${r.signal}` : `exit code ${r.code}`
  return { score: null, text: text === '' ? how : `${how}: ${text}` }
}

/** The program as an effect: once for each answer, and once more where it could not say. */
export function verifier(command: string, o: { timeout?: number } = {}): Effect<{ task: string; answer: string }, Verdict> {
  const words = splitWords(command)
  const { timeout = 10 } = o
  if (words.length === 0) throw new Failure('usage', 'the verifier has no command', 'as in verify:./check.sh')
  return {
    id: `verify:${command}`,
    run: (inputs, { signal }) =>
      Promise.all(
        inputs.map(async ({ task, answer }) => {
          const once = async (): Promise<Verdict> =>
            verdict(await runCommand(words, { input: answer, env: { ESPALIER_TASK: task }, timeout, signal }), timeout)
          const first = await once()
          return first.score === null ? once() : first
        }),
      ),
  }
}

const rootOf = (at: Context): Context => {
  let c = at
  while (c.parent !== null) c = c.parent
  return c
}

/**
 * Pays what a program says of an answer: the task as JSON in ESPALIER_TASK, the answer on standard input, no shell. A verdict is a proof. Where the
 * program cannot say, twice, the judgement failed and is no 0.
 * @param o.task what ESPALIER_TASK holds; default: the state the search started from
 * @param o.timeout seconds, default 10
 */
export function verify(command: string, o: { task?: unknown; timeout?: number } = {}): Reward {
  const effect = verifier(command, o)
  return {
    id: effect.id,
    verifies: true,
    async reward(at, outcome, io): Promise<Assessment> {
      if (outcome === null) return { value: Number.NaN, verified: false }
      if (outcome.failed) return { value: 0, verified: false }
      const answer = typeof outcome.answer === 'string' ? outcome.answer : JSON.stringify(outcome.answer)
      const { score, text } = await io.call(effect, { task: JSON.stringify(o.task ?? rootOf(at).state), answer })
      if (score === null) return { value: Number.NaN, failed: true, verified: false, feedback: `the verifier could not say: ${text}` }
      return { value: score, verified: true, ...(text === '' ? {} : { feedback: text }) }
    },
  }
}
