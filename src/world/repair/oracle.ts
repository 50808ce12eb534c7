// The truth that a simulated model errs about: it reads the place back from the world's own prompts.
import type { Message, Oracle } from '../../contract/index.ts'
import { canonical } from '../../kernel/hash.ts'
import { keeping } from '../../kernel/keeping.ts'
import { wanted } from '../asks.ts'
import { passes } from './evaluate.ts'
import { readTest, showDefinition, type Test } from './language.ts'
import { edited, edits, repairable } from './mutate.ts'
import { asks } from './prompt.ts'
import { program } from './task.ts'

export interface Place {
  readonly source: readonly string[]
  readonly tests: readonly string[]
  readonly left: number
}
/** The truth looks so many edits ahead: each multiplies its work about a hundredfold. */
const ahead = 2

const prompt = /\n\nNow\nProgram:\n((?:.+\n)+?)Tests:\n((?:.+\n)+?)Edits left: (\d+)\n([A-Z][a-z ]+:)(?: \(at most (\d+)\))?$/
const readTests = (p: Place): Test[] => p.tests.map(t => readTest(t)!)
// Places are judged again and again; each is worked out once.
const kept = keeping<boolean>(50_000)

/** Its steps are the one-place changes of mutate.ts; a place is promising if at most two of them make every test pass, and as many are left. */
export const oracle: Oracle<Place> = {
  read(messages: readonly Message[]) {
    const last = messages.at(-1)
    const m = last?.role === 'user' ? prompt.exec(last.content) : null
    const want = m && wanted(asks, m[4], m[5])
    if (!m || want === null) return null
    const tests = m[2]
      .trim()
      .split('\n')
      .map(line => line.replace(/ (?:passes|FAILS: .*)$/, ''))
    const place = { source: m[1].trim().split('\n'), tests, left: Number(m[3]) }
    return { place, key: canonical(place), want }
  },
  moves(p) {
    const now = program(p.source)
    const tests = readTests(p)
    if (p.left <= 0 || tests.every(t => passes(now, t))) return []
    return edits(now).map(d => ({ text: showDefinition(d), to: { ...p, source: edited(now, d).map(showDefinition), left: p.left - 1 } }))
  },
  promising: p => kept(canonical(p), () => repairable(program(p.source), readTests(p), Math.min(ahead, p.left))),
  labels: { promising: ['sure', 'likely'], lost: ['impossible'] },
  attempt: texts => texts.join('\n'),
}
