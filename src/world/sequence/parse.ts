// Replies read as drafts.
import type { Reject, Wanted } from '../../contract/index.ts'
import { type Action, type State, write } from './state.ts'

const short = (text: string): string => {
  const t = text.trim().replace(/\s+/g, ' ')
  return t.length > 80 ? `${t.slice(0, 77)}...` : t
}
/** The numbers of a line that holds nothing else, but for a word in front of a colon, commas and brackets. */
function numbersIn(line: string): number[] | null {
  const t = line
    .replaceAll('`', '')
    .replace(/^\s*(?:[-*>\u2022]\s+|\(?\d{1,2}[.)]\s+)?/, '')
    .replace(/^[A-Za-z ]*:/, '')
    .replace(/[[\](),;]/g, ' ')
    .trim()
  return /^[+-]?\d+(?:\s+[+-]?\d+)*\.?$/.test(t) ? t.replace(/\.$/, '').split(/\s+/).map(Number) : null
}

/** The first line that is a draft. */
export function parse(text: string, s: State, want: Wanted): Action | Reject {
  if (want.for === 'judgement') return { reject: 'a judgement is no draft' }
  for (const line of text.split('\n')) {
    const xs = numbersIn(line)
    if (xs === null) continue
    const next = write(s, xs)
    return typeof next === 'string' ? { reject: next } : xs
  }
  return { reject: text.trim() === '' ? 'the reply is empty' : `no line of numbers in "${short(text)}"` }
}
