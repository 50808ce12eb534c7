// Replies read as steps and as whole programs.
import type { Reject, Wanted } from '../../contract/index.ts'
import { primitive } from './primitives.ts'
import { type Action, finished, type State, step, stepAll } from './state.ts'
import { parseProgram } from './task.ts'

const lead = /^\s*(?:[-*>\u2022]\s+|\(?\d{1,2}[.):]\s+|(?:next\s+)?(?:step|operation|program)\s*\d*\s*[:.)-]\s*)/i
const bare = (line: string): string => {
  let t = line.replace(/[`*"']/g, '')
  for (let i = 0; i < 3 && lead.test(t); i++) t = t.replace(lead, '')
  return t.trim()
}
const short = (text: string): string => {
  const t = text.trim().replace(/\s+/g, ' ')
  return t.length > 60 ? `${t.slice(0, 57)}...` : t
}

/** The operation that a line begins with, if nothing but a remark follows. */
function named(line: string): string | undefined {
  const m = /^([a-z]+)\s*(?:$|[:.,;(=-])/i.exec(bare(line))
  const name = m?.[1].toLowerCase()
  return name !== undefined && primitive(name) ? name : undefined
}

export function parse(text: string, s: State, want: Wanted): Action | Reject {
  if (want.for === 'judgement') return { reject: 'a judgement is no step' }
  if (text.trim() === '') return { reject: 'the reply is empty' }
  if (want.for === 'step') {
    const name = text
      .split('\n')
      .map(named)
      .find(x => x !== undefined)
    if (name === undefined) return { reject: `no operation in "${short(text)}"` }
    const next = step(s, name)
    return typeof next === 'string' ? { reject: next } : [name]
  }
  const program = parseProgram(text.split('\n').map(bare).join('\n'))
  if (typeof program === 'string') return { reject: program }
  // What is written after the end of the task adds nothing to it.
  const used: string[] = []
  let at = s
  for (const name of program) {
    if (finished(at)) break
    const next = stepAll(at, [name])
    if (typeof next === 'string') return { reject: next }
    used.push(name)
    at = next
  }
  if (used.length === 0) return { reject: 'no step was given' }
  return finished(at) ? used : { reject: `the program stops after ${used.length} steps without the outputs` }
}
