import type { Message, Wanted } from '../../contract/index.ts'
import { type Asks, askFor, type Kind, kindOf, wanted } from '../asks.ts'
import type { Domain } from './domain.ts'

export const asks: Asks<Kind> = {
  step: 'Next move:',
  list: 'Next moves:',
  attempt: 'Plan:',
  attempts: 'Plans:',
  judgement: 'Verdict:',
}
const upTo = (n: number | undefined, what: string): string => (Number.isFinite(n) ? `up to ${n} different ${what}` : `all sensible ${what}`)
const wish: Record<Kind, (most: number | undefined) => string> = {
  step: () => 'Write the next move, on one line.',
  list: most => `Write ${upTo(most, 'next moves')}, the best first, one on each line.`,
  attempt: () => 'Write all moves that lead to the goal, one on each line.',
  attempts: most => `Write ${upTo(most, 'plans')}, each on one line, its moves between semicolons.`,
  judgement: () =>
    'Can the goal still be reached within what may be spent? End with one word on a line of its own: sure, likely or impossible.',
}
/** Longer lists of legal moves are not written out. */
const mostListed = 40

export function render<S>(s: { place: string; left: number; made: readonly string[] }, want: Wanted, domain: Domain<S>): Message[] {
  const kind = kindOf(asks, want)
  const at = domain.read(s.place)
  const picture = domain.picture?.(at)
  const legal = domain.moves(at)
  const reply = kind === 'judgement' ? 'sure' : domain.example.move
  const now = [
    `Place: ${s.place}`,
    ...(picture === undefined ? [] : [picture]),
    ...(legal.length > mostListed ? [] : [`Possible moves: ${legal.join(', ')}`]),
    `May be spent: ${s.left}`,
    askFor(asks, want),
  ]
  const content = `${domain.about(at)}\n${wish[kind](want.list)}\n\nExample\nPlace: ${domain.example.place}\n${asks[kind]}\n${reply}\n\nNow\n${now.join('\n')}`
  return [{ role: 'user', content }]
}

/** What a prompt of this domain asks about; null: it is none. */
export function readPrompt<S>(text: string, domain: Domain<S>): { place: string; left: number; want: Wanted } | null {
  const m = /\nNow\nPlace: (.+)\n(?:.*\n)*?May be spent: (\d+)\n([A-Z][a-z ]+:)(?: \(at most (\d+)\))?$/.exec(text)
  if (m === null) return null
  const want = wanted(asks, m[3], m[4])
  if (want === null) return null
  try {
    if (!text.startsWith(domain.about(domain.read(m[1])))) return null
  } catch {
    return null // another world's prompt
  }
  return { place: m[1], left: Number(m[2]), want }
}
