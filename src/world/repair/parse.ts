// Replies read as edits.
import type { Reject, Wanted } from '../../contract/index.ts'
import { readDefinition, showDefinition } from './language.ts'
import { type Action, edit, finished, type State } from './state.ts'

const lead = /^\s*(?:[-*>\u2022]\s+|\(?\d{1,2}[.):]\s+|(?:next\s+)?(?:edit|repair|fix)\s*\d*\s*[:.)-]\s*)/i
const bare = (line: string): string => {
  let t = line.replaceAll('`', '')
  for (let i = 0; i < 3 && lead.test(t); i++) t = t.replace(lead, '')
  return t.trim()
}
const short = (text: string): string => {
  const t = text.trim().replace(/\s+/g, ' ')
  return t.length > 80 ? `${t.slice(0, 77)}...` : t
}
const looksLike = (line: string): boolean => /^[a-z_]\w*\s*\([^()]*\)\s*=[^=]/i.test(line)

/** One edit from the first line that has one; an attempt: every line that has one, in order, until every test passes. */
export function parse(text: string, s: State, want: Wanted): Action | Reject {
  if (want.for === 'judgement') return { reject: 'a judgement is no edit' }
  if (text.trim() === '') return { reject: 'the reply is empty' }
  const found = text
    .split(want.for === 'attempt' ? /\n|\s;\s/ : '\n')
    .map(bare)
    .filter(looksLike)
  if (found.length === 0) return { reject: `no definition of the form "f(x) = ..." in "${short(text)}"` }
  const out: string[] = []
  let at = s
  for (const line of want.for === 'step' ? found.slice(0, 1) : found) {
    if (out.length > 0 && finished(at)) break
    const next = edit(at, line)
    if (typeof next === 'string') return { reject: `${next} (in "${short(line)}")` }
    const d = readDefinition(line)
    if (typeof d !== 'string') out.push(showDefinition(d))
    at = next
  }
  return out
}
