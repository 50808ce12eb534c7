// Where in a reply the answer stands: boxed, marked, in JSON, said in a sentence, or on the last line.
import { answerKey, formOf, tidy, unwrap } from './answer.ts'
import { closing, plain } from './markup.ts'

/** Where an answer was found. Only the marked kinds end a search by steps; the others are guesses about a whole solution. */
export interface Found {
  readonly answer: string
  readonly how: 'boxed' | 'marked' | 'hashes' | 'json' | 'said' | 'line' | 'result'
}

/** Only the end of a reply is searched: answers stand there, and no text makes this slow. */
const tail = 12_000
/** Of phrases that mark an answer only so many last ones are looked at. */
const latest = 20
/** Longest text that is taken for an answer. */
const longest = 2000

/** What a reasoning model thought before it spoke is left out. null: it never came to speak. */
export function spoken(text: string): string | null {
  const end = Math.max(text.lastIndexOf('</think>'), text.lastIndexOf('</thinking>'))
  if (end >= 0) return text.slice(text.indexOf('>', end) + 1)
  return /^\s*<think(?:ing)?>/.test(text.slice(0, 200)) ? null : text
}

/**
 * The last answer that a text marks as one: `\boxed{...}`, `#### 42`, `Answer: ...`, "the answer is ...", a JSON object with an answer in it. null: none.
 * @param choices texts of the choices (A), (B) ... where the question has some
 */
export function markedAnswer(text: string, choices: readonly string[] = []): Found | null {
  const t = text.length > tail ? text.slice(-tail) : text
  const found: (Found & { at: number })[] = []
  const put = (at: number, raw: string, how: Found['how']): void => {
    const answer = settle(raw, choices)
    if (answer !== null) found.push({ at, answer, how })
  }
  const box = Math.max(t.lastIndexOf('\\boxed'), t.lastIndexOf('\\fbox'))
  if (box >= 0) {
    const open = t.indexOf('{', box)
    const end = open < 0 || open > box + 8 ? -1 : closing(t, open)
    if (end >= 0) put(end, t.slice(open + 1, end - 1), 'boxed')
    else if (open < 0 || open > box + 8) put(box + 6, /^\\f?boxed?\s+(\S+)/.exec(t.slice(box, box + 200))?.[1] ?? '', 'boxed')
  }
  const hashes = t.lastIndexOf('####')
  if (hashes >= 0) put(hashes + 4, line(t, hashes + 4), 'hashes')
  for (const m of [...t.matchAll(/\banswer\b(?:\*\*|__)?\s{0,3}(?:\*\*|__)?(?:\([^()\n]{0,40}\)\s?)?(is\b|[:=])/gi)].slice(-latest)) {
    // "The final answer is: 42", "The answer to the question is 42" (below), "Answer:\n42". Questions about an answer are none.
    const from = m.index + m[0].length
    const told = line(t, from)
    const rest = /^[\s*_:=$]*$/.test(told) ? line(t, skipLine(t, from)) : told
    put(
      from,
      m[1].toLowerCase() === 'is' ? sentence(rest.replace(/^\s*:/, '')) : clause(rest),
      m[1].toLowerCase() === 'is' ? 'said' : 'marked',
    )
  }
  for (const m of [...t.matchAll(/\banswer (?:to|of|for) [^.:\n]{1,120}? is\b:?/gi)].slice(-latest))
    put(m.index + m[0].length, sentence(line(t, m.index + m[0].length)), 'said')
  for (const m of [...t.matchAll(/\b(?:correct|right|best) (?:choice|option) is\b:?/gi)].slice(-latest))
    put(m.index + m[0].length, sentence(line(t, m.index + m[0].length)), 'said')
  const json = inJson(t)
  if (json !== null) put(json.at, json.answer, 'json')
  found.sort((a, b) => a.at - b.at)
  const last = found.at(-1)
  if (last === undefined) return null
  // "The final answer is \boxed{5}." is marked twice: the box is the tighter.
  const boxed = found.find(f => f.how === 'boxed')
  const { answer, how } = boxed !== undefined && boxed.at >= last.at - 40 && boxed !== last ? boxed : last
  return { answer, how }
}

/**
 * The answer of a whole solution: the marked one, else what the last line says, where it says something whole. null: there is none, as in a reply that was
 * cut off.
 */
export function finalAnswer(text: string, choices: readonly string[] = []): Found | null {
  const marked = markedAnswer(text, choices)
  if (marked !== null) return marked
  const t = (text.length > tail ? text.slice(-tail) : text).trimEnd()
  const last = t.slice(t.lastIndexOf('\n') + 1).trim()
  if (last === '' || last.length > 400) return null
  // A box that was never closed: the reply was cut in its answer.
  const box = t.lastIndexOf('\\boxed{')
  if (box >= 0 && closing(t, box + 6) < 0) return null
  const bare = unwrap(last.replace(/^(?:[-*>\u2022]|\d+[.)])\s+/, ''))
  const form = formOf(bare)
  const alone = !t.includes('\n')
  const count = bare.split(/\s+/).length
  // A few words alone are an answer, unless they break off; with a number among them they may be a sentence.
  const short =
    alone && count <= (/\d/.test(bare) ? 3 : 6) && !/[:,=+*/-]$|\b(?:is|are|was|the|an?|of|to|and|or|so|by|with|for|that)$/i.test(bare)
  if (form.kind !== 'text' || short) return wrap(settle(bare, choices), 'line')
  // `... = 42`, and a sentence that ends: "So she has 42 apples left."
  const ended = /[.!)\]$*]\s*$/.test(last)
  const equals = /=\s*([^=]+)$/.exec(last)
  if (
    equals &&
    (ended || /^[\s$]*[-+]?[\d.,]+[\s$]*$/.test(equals[1])) &&
    ['number', 'expression', 'list'].includes(formOf(unwrap(equals[1])).kind)
  )
    return wrap(settle(equals[1], choices), 'result')
  if (!ended) return null
  const choice = /\(([A-J])\)/g
  const named = choices.length > 0 ? [...last.matchAll(choice)].at(-1) : undefined
  if (named) return wrap(settle(named[0], choices), 'line')
  const numbers = [...plain(last).matchAll(/(?<![\w.,])[-+]?[$\u20AC\u00A3]?\d[\d,]*(?:\.\d+)?(?:\/\d+)?%?/g)].at(-1)
  return numbers ? wrap(settle(numbers[0].replace(/,$/, ''), choices), 'line') : null
}
const wrap = (answer: string | null, how: Found['how']): Found | null => (answer === null ? null : { answer, how })

/** An answer in order: tidied, a choice's text made its letter. null: it is empty, or runs on like prose. */
function settle(raw: string, choices: readonly string[]): string | null {
  const t = unwrap(raw.slice(0, longest))
  if (t === '' || raw.length > longest || /^[\s.,:;*_\-$#]*$/.test(t) || /^(?:\.\.\.|\u2026|<[^>]*>|\[[^\]\d]*\])$/.test(t)) return null
  if (/\\f?box(?:ed)?\{/.test(t)) return null // a box within: cut off, or said better elsewhere
  if (choices.length > 0) {
    const letter =
      /^\(?([A-Za-z])(?:[).:]|$)/.exec(t)?.[1].toUpperCase() ?? (formOf(t).kind === 'choice' ? formOf(t).key.toUpperCase() : undefined)
    if (letter !== undefined && letter.charCodeAt(0) - 65 < choices.length) return letter
    const key = answerKey(t)
    const same = choices.findIndex(c => answerKey(c) === key)
    if (same >= 0) return String.fromCharCode(65 + same)
  }
  const tidied = tidy(t)
  return tidied.trim() === '' ? null : tidied
}

function line(t: string, from: number): string {
  const end = t.indexOf('\n', from)
  return t.slice(from, end < 0 ? t.length : end)
}
/** The beginning of the next line that is not blank. */
function skipLine(t: string, from: number): number {
  let i = from
  while (i < t.length && /\s|[*_:]/.test(t[i])) i++
  return i
}
/** Up to the end of a sentence: a full stop that belongs to no number, initial or short title. */
function sentence(t: string): string {
  const end = /(?<=[a-z\d][a-z\d]|[\d)\]}$%*]|\s[A-Za-z])[.!?](?=\s|$|\*)/.exec(t)
  return (end === null ? t : t.slice(0, end.index)).replace(
    /^\s*(?:therefore|thus|then|hence|simply|just|clearly|indeed)[,:]?\s+(?=\S)/i,
    '',
  )
}
/** What is marked by a colon is taken whole, but for a sentence after it. */
function clause(t: string): string {
  const end = /(?<=[a-z][a-z]|[\d)\]}$%*])[.!?]\s+(?=[A-Z])/.exec(t)
  return end === null || end.index < 1 ? t : t.slice(0, end.index)
}

const names = ['answer', 'final_answer', 'finalAnswer', 'final answer', 'result']
/** The last object of a text that has an answer in it. */
function inJson(t: string): { at: number; answer: string } | null {
  const end = t.lastIndexOf('}')
  if (end < 0 || !/answer"|result"/i.test(t)) return null
  let tries = 0
  for (let open = t.lastIndexOf('{', end); open >= 0 && tries < 20; open = open === 0 ? -1 : t.lastIndexOf('{', open - 1), tries++) {
    let value: unknown
    try {
      value = JSON.parse(t.slice(open, end + 1))
    } catch {
      continue
    }
    if (typeof value !== 'object' || value === null) continue
    const name = Object.keys(value).find(k => names.includes(k) || names.includes(k.toLowerCase()))
    if (name === undefined) continue
    const answer = (value as Record<string, unknown>)[name]
    if (answer === null || answer === undefined) return null
    return { at: end + 1, answer: typeof answer === 'object' ? JSON.stringify(answer) : String(answer) }
  }
  return null
}
/** The choices of a question, in order from (A): `(A) one (B) two`, or a line each `A. one`, `A) one`. Empty: it has none. */
export function choicesIn(question: string): string[] {
  const q = question.slice(0, 20_000)
  for (const marker of [/\(([A-Z])\)\s*/g, /(?:^|\n)[ \t]*([A-Z])[.):]\s+/g]) {
    const marks = [...q.matchAll(marker)]
    const start = marks.findLastIndex(m => m[1] === 'A')
    const run = start < 0 ? [] : marks.slice(start).filter((m, i) => m[1].charCodeAt(0) - 65 === i)
    if (run.length >= 2)
      return run.map((m, i) =>
        q
          .slice(
            m.index + m[0].length,
            run[i + 1]?.index ?? (q.indexOf('\n', m.index + m[0].length) < 0 ? q.length : q.indexOf('\n', m.index + m[0].length)),
          )
          .trim()
          .replace(/[,;]$/, ''),
      )
  }
  return []
}
