// The truth that a simulated model errs about: it reads the place back from the world's own prompts.
import type { Message, Oracle } from '../../contract/index.ts'
import { canonical } from '../../kernel/hash.ts'
import { keeping } from '../../kernel/keeping.ts'
import { wanted } from '../asks.ts'
import { broken, type Constraints, inWords, kinds, largest, solutions } from './constraints.ts'
import { asks } from './prompt.ts'
import { showDraft } from './state.ts'

export interface Place {
  readonly constraints: Constraints
  readonly draft: readonly number[] | null
  readonly left: number
}
const prompt = /\n\nNow\nConstraints:\n((?:- .+\n)+)Draft: (.+)\nDrafts left: (\d+)\n([A-Z][a-z ]*:)(?: \(at most (\d+)\))?$/
/** A line back as a constraint: the one number in it, and the words around it. */
function constraintsOf(lines: string): Constraints | null {
  const out = Object.fromEntries(kinds.map(k => [k, 0])) as Record<(typeof kinds)[number], number>
  for (const line of lines.trim().split('\n')) {
    const n = Number(/\d+/.exec(line)?.[0])
    const kind = kinds.find(k => line === `- ${inWords[k](n)}`)
    if (kind === undefined) return null
    out[kind] = n
  }
  return out
}
/** Drafts that a policy may come upon: some that meet everything, and each of them with one number more or less by one, which do not. */
function drafts(c: Constraints): number[][] {
  const good = solutions(c, 3)
  const near = good.flatMap(xs =>
    xs.flatMap((x, i) => [x + 1, x - 1].filter(y => y >= 1 && y <= largest).map(y => xs.with(i, y).sort((a, b) => a - b))),
  )
  return [...new Map([...good, ...near].map(xs => [showDraft(xs), xs])).values()].slice(0, 12)
}
const kept = keeping<number[][]>(20_000)

/** A place is promising where nothing is written yet or the draft meets everything: a draft that fails is judged as it stands. */
export const oracle: Oracle<Place> = {
  read(messages: readonly Message[]) {
    const last = messages.at(-1)
    const m = last?.role === 'user' ? prompt.exec(last.content) : null
    const want = m && wanted(asks, m[4], m[5])
    const constraints = m && constraintsOf(m[1])
    if (!m || !want || !constraints) return null
    const place = { constraints, draft: m[2] === 'none yet' ? null : m[2].split(' ').map(Number), left: Number(m[3]) }
    return { place, key: canonical(place), want }
  },
  moves(p) {
    if (p.left <= 0 || (p.draft !== null && broken(p.constraints, p.draft).length === 0)) return []
    return kept(canonical(p.constraints), () => drafts(p.constraints))
      .filter(xs => p.draft === null || showDraft(xs) !== showDraft(p.draft))
      .map(draft => ({ text: showDraft(draft), to: { ...p, draft, left: p.left - 1 } }))
  },
  promising: p => p.draft === null || broken(p.constraints, p.draft).length === 0,
  labels: { promising: ['yes'], lost: ['no'] },
  attempt: texts => texts.at(-1) ?? '',
}
