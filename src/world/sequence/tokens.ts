// The dialect of small models over number tokens. A task: `/ 4 + 31 - 7 = 9 ;` (how many, sum, spread, included, multiple of); a draft: `5 7 9 10 $`. To mend a
// draft one is shown what was said of it: `/ 4 + 31 ; 5 7 9 11 $ <critique> / 4 <good> + 32 <bad> <bad> <end> <separator>`, and writes the next one.
import type { Context, Dialect, Reject } from '../../contract/index.ts'
import { asked, type Constraints, found, type Kind, met } from './constraints.ts'
import { type Action, type State, showDraft, write } from './state.ts'

/** The sign of each constraint. */
export const signs: Readonly<Record<Kind, string>> = { count: '/', sum: '+', spread: '-', includes: '=', multiple: '*' }
const largestToken = 99

/** What is asked for, and the draft if there is one. */
export const placeTokens = (s: Pick<State, 'task' | 'draft'>): string =>
  `${asked(s.task)
    .map(k => `${signs[k]} ${s.task[k]}`)
    .join(' ')} ;${s.draft === null ? '' : ` ${showDraft(s.draft)} $`}`

/** A check of every constraint, what was found and whether it is good, and whether all of it is. */
export function critiqueTokens(c: Constraints, xs: Action): string {
  const each = asked(c).map(k => ({ k, good: met(k, c[k], xs) }))
  const word = (good: boolean): string => (good ? '<good>' : '<bad>')
  return [
    ...each.map(({ k, good }) => `${signs[k]} ${Math.min(largestToken, found(k, c[k], xs))} ${word(good)}`),
    word(each.every(x => x.good)),
    '<end>',
  ].join(' ')
}
/** Behind a place: a judge begins its critique here. */
export const critiqueBegins = '<critique>'

function parse(text: string, s: State): Action | Reject {
  const end = text.indexOf('$')
  const words = (end < 0 ? text : text.slice(0, end))
    .trim()
    .split(/\s+/)
    .filter(w => w !== '')
  const other = words.find(w => !/^\d{1,2}$/.test(w))
  if (other !== undefined) return { reject: `"${other}" is no number of a draft` }
  const xs = words.map(Number)
  const next = write(s, xs)
  return typeof next === 'string' ? { reject: next } : xs
}

/** The critique in a hint: its first line, if that has words of the vocabulary alone. What else is told, such as why a draft was refused, a model of tokens cannot read. */
function critiqueIn(hint: string | undefined): string | undefined {
  const said = hint?.split('\n')[0].trim()
  return said?.split(/\s+/).every(w => /^(?:\d{1,2}|[-+*/=]|<\w+>)$/.test(w)) ? said : undefined
}

/** A draft is all up to `$`. The hint of a place with a draft is a critique of it. */
export const tokens: Dialect<State, Action> = {
  render(c: Context<State, Action>, want) {
    const place = placeTokens(c.state)
    const mends = c.state.draft !== null && want.for !== 'judgement'
    return [{ role: 'user', content: mends ? [place, critiqueBegins, critiqueIn(c.hint), '<separator>'].filter(Boolean).join(' ') : place }]
  },
  parse: (text, s, want) => (want.for === 'judgement' ? { reject: 'a judgement is no draft' } : parse(text, s)),
  stop: () => ['$'],
}
