// The truth that a simulated model errs about: it reads the place back from the world's own prompts.
import type { Message, Oracle, Wanted } from '../../contract/index.ts'
import { canonical } from '../../kernel/hash.ts'
import { wanted } from '../asks.ts'
import { expressionOf } from './expression.ts'
import { after, eachMove, finished, type Move, type Rules } from './game.ts'
import { asks, stepText } from './prompt.ts'
import { combine, order, type Rational, read, showAll, whole } from './rational.ts'
import { solvable } from './solver.ts'

/** `left` ascending, as the prompts write it. */
export interface Place {
  readonly target: number
  readonly left: string
}

const table = (p: Place): Rational[] => p.left.split(' ').map(t => read(t) ?? whole(0))

/** The place that a text asks about, the last one in it, and what it wants. */
function readPrompt(text: string): { place: Place; want: Wanted } | null {
  const at = [
    ...text.matchAll(
      /^Target: (\d+)\n(?:Numbers: .*\n)?(?:Steps so far: .*\n)?Numbers left: (.+)\n([A-Z][a-z ]+:)(?: \(at most (\d+)\))?/gm,
    ),
  ].at(-1)
  if (!at) return null
  const left = at[2].split(' ').map(read)
  if (left.some(x => x === null)) return null
  const place = { target: Number(at[1]), left: showAll((left as Rational[]).sort(order)) }
  const want = wanted(asks, at[3], at[4])
  return want && { place, want }
}

export const oracle = (rules: Rules): Oracle<Place> => ({
  read(messages: readonly Message[]) {
    const last = messages.at(-1)
    const found = last?.role === 'user' ? readPrompt(last.content) : null
    return found && { ...found, key: canonical(found.place) }
  },
  moves({ target, left }) {
    const from = table({ target, left })
    const out: { text: string; to: Place }[] = []
    if (finished(from, target, rules)) return out
    eachMove(from, rules, (a, op, b, c, i, j) => {
      const next = after(from, i, j, c)
      out.push({ text: stepText({ a, op, b }, c, next), to: { target, left: showAll(next) } })
    })
    return out
  },
  promising: p => solvable(table(p), p.target, rules),
  labels: { promising: ['sure', 'likely'], lost: ['impossible'] },
  attempt(texts) {
    // A text may be a step, or a whole attempt: lines of steps, and often an answer of its own.
    const lines = texts.flatMap(t => t.split('\n'))
    const moves: Move[] = []
    for (const t of lines) {
      const m = /^(\S+) ([-+*/]) (\S+) =/.exec(t)
      const [a, b] = [read(m?.[1] ?? ''), read(m?.[3] ?? '')]
      if (m && a && b) moves.push({ a, op: m[2] as Move['op'], b })
    }
    if (moves.length === 0 || lines.some(l => /^\W*answer\b/i.test(l))) return texts.join('\n')
    const last = moves[moves.length - 1]
    return `${texts.join('\n')}\nAnswer: ${expressionOf([], moves)} = ${showAll([combine(last.a, last.op, last.b) ?? whole(0)])}`
  },
})
