// The truth that a simulated model errs about: it reads the place back from the world's own prompts.
import type { Message, Oracle } from '../../contract/index.ts'
import { canonical } from '../../kernel/hash.ts'
import { keeping } from '../../kernel/keeping.ts'
import { wanted } from '../asks.ts'
import { apply, type List, primitives, readList, showList } from './primitives.ts'
import { asks } from './prompt.ts'
import { shortest } from './solver.ts'

export interface Place {
  readonly now: readonly string[]
  readonly goals: readonly string[]
  readonly left: number
}
const prompt = /\n\nNow\nTo do:\n((?:\[.*\] -> \[.*\]\n)+)Steps left: (\d+)\n([A-Z][a-z ]+:)(?: \(at most (\d+)\))?$/

const lists = (texts: readonly string[]): List[] => texts.map(t => readList(t) ?? [])
const reached = (p: Place): boolean => p.now.every((x, i) => x === p.goals[i])

// Places are judged again and again; each is worked out once.
const kept = keeping<boolean>(50_000)

export const oracle: Oracle<Place> = {
  read(messages: readonly Message[]) {
    const last = messages.at(-1)
    const m = last?.role === 'user' ? prompt.exec(last.content) : null
    const want = m && wanted(asks, m[3], m[4])
    if (!m || want === null) return null
    const pairs = m[1]
      .trim()
      .split('\n')
      .map(line => line.split(' -> '))
    const place = { now: pairs.map(p => p[0]), goals: pairs.map(p => p[1]), left: Number(m[2]) }
    return { place, key: canonical(place), want }
  },
  moves(p) {
    if (p.left <= 0 || reached(p)) return []
    const now = lists(p.now)
    return primitives.flatMap(op => {
      const next = now.map(xs => apply(op, xs))
      if (next.some(x => x === null)) return []
      return [{ text: op.name, to: { now: (next as List[]).map(showList), goals: p.goals, left: p.left - 1 } }]
    })
  },
  promising: p => reached(p) || kept(canonical(p), () => shortest(lists(p.now), lists(p.goals), p.left) !== null),
  labels: { promising: ['sure', 'likely'], lost: ['impossible'] },
  attempt: texts => texts.join('\n'),
}
