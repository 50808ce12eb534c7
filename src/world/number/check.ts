// Is this text a right answer? Decided from the text and the task alone; the same code grades, rewards and reads attempts.
import { difference, leaves, movesOf, parseExpression, plain, type Tree } from './expression.ts'
import { type Rules, result, rules24, showMove } from './game.ts'
import { type Rational, show, showAll, whole } from './rational.ts'

export interface Checked {
  readonly ok: boolean
  /** Why not, in words. */
  readonly why?: string
  /** What the expression comes to, where it is one. */
  readonly value?: string
}

const mark = /^.*\b(?:answer|expression|solution)\b[^:=\d]*?(?:[:=]|\bis\b:?)/i
const operation = /[\d)]\s*[-+*/(]\s*[\d(-]/

/**
 * What stands for the answer in a text, and whether it was marked so: what follows the last `Answer:` (on its line or the next), else the last line that
 * computes something. `= 24` before or after it is left out.
 */
export function answerText(text: string): { text: string; marked: boolean } {
  const lines = plain(text)
    .split('\n')
    .map(l => l.trim())
    .filter(l => l !== '')
  const at = lines.findLastIndex(l => mark.test(l))
  const after = at < 0 ? '' : lines[at].replace(mark, '')
  const next = at >= 0 && at === lines.length - 2 ? lines[at + 1] : ''
  const line = [after, next].find(l => operation.test(l))
  const said = /\d/.test(after) ? after : undefined
  const parts = (line ?? said ?? lines.findLast(l => operation.test(l)) ?? lines[lines.length - 1] ?? '').split('=')
  return { text: (parts.find(p => operation.test(p)) ?? parts[0]).replace(/^["'\s]+|["'\s.,;!]+$/g, ''), marked: line !== undefined }
}

/**
 * Checks an expression against a task.
 * @param text what a person or a model wrote; unicode signs, LaTeX, brackets of any kind and `= 24` are understood
 * @param numbers each may be used once; all must be, unless the rules say otherwise
 * @param rules default: Game of 24
 */
export function checkExpression(text: string, numbers: readonly number[], target: number, rules: Rules = rules24): Checked {
  const tree = parseExpression(answerText(text).text)
  if (typeof tree === 'string') return { ok: false, why: tree }
  return checkTree(tree, numbers.map(whole), target, rules)
}

function checkTree(tree: Tree, numbers: readonly Rational[], target: number, rules: Rules): Checked {
  const { extra, unused } = difference(leaves(tree), numbers)
  if (extra.length > 0)
    return {
      ok: false,
      why: `it uses ${showAll(extra)}, which ${extra.length > 1 ? 'are' : 'is'} not there (any more): ${showAll(numbers)}`,
    }
  if (rules.all && unused.length > 0) return { ok: false, why: `it does not use ${showAll(unused)}` }
  const done = movesOf(tree)
  if (typeof done === 'string') return { ok: false, why: done }
  const value = show(done.value)
  const bad = done.moves.find(m => result(m, rules) === null)
  if (bad) return { ok: false, value, why: `${showMove(bad)} is no positive whole number` }
  return value === String(target) ? { ok: true, value } : { ok: false, value, why: `it comes to ${value}, not ${target}` }
}
