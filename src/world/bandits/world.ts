// The bandit as a decision process, in words.
import type { Message, Oracle, PureWorld, Reject, Wanted } from '../../contract/index.ts'
import { canonical } from '../../kernel/hash.ts'
import { type Asks, askFor, wantedBy } from '../asks.ts'
import { allowance, asReward, gaps, paid, payoff, regret } from './machine.ts'
import { type BanditTask, parseTask, showTask } from './task.ts'

/** What was pulled so far: how often each arm, and what that paid. */
export interface State {
  readonly task: BanditTask
  readonly counts: readonly number[]
  readonly paid: readonly number[]
}
/** An arm, from 0. People and prompts count from 1. */
export type Arm = number

const pulled = (counts: readonly number[]): number => counts.reduce((a, n) => a + n, 0)
const left = (s: Pick<State, 'task' | 'counts'>): number => s.task.pulls - pulled(s.counts)

export const asks: Asks = { step: 'Next arm:', list: 'Next arms:', judgement: 'Verdict:' }
const rules: Readonly<Record<BanditTask['law'], string>> = {
  bernoulli: 'Each pull of an arm pays 1 or 0. Every arm has a chance of its own to pay 1, which does not change.',
  gaussian:
    'Each pull of an arm pays a number. Every arm has a mean of its own, which does not change; payoffs scatter around it by about 1.',
}
const wish = {
  step: () => 'Which arm is pulled next, so that all pulls together pay the most? Write one line such as "Arm 2".',
  list: (n: number) =>
    `Which arms could be pulled next? Write ${Number.isFinite(n) ? `up to ${n}` : 'all'}, one on each line such as "Arm 2", the best first.`,
  judgement: () =>
    'Were bad arms pulled so seldom that this still ends about as well as trying each arm once and then only the best? End with one word on a line of its own: sure, likely or impossible.',
}

function render(s: State, want: Wanted): Message[] {
  const kind = want.for === 'judgement' ? 'judgement' : want.list === undefined ? 'step' : 'list'
  const place = [
    `Machine: ${showTask(s.task)}`,
    `Pulls left: ${left(s)}`,
    ...s.counts.map(
      (n, i) => `Arm ${i + 1}: ${n === 0 ? 'never pulled' : `${n} ${n === 1 ? 'pull' : 'pulls'}, mean ${(s.paid[i] / n).toFixed(2)}`}`,
    ),
    askFor(asks, want),
  ]
  return [{ role: 'user', content: `A bandit machine. ${rules[s.task.law]}\n${wish[kind](want.list ?? 1)}\n\nNow\n${place.join('\n')}` }]
}

function parse(text: string, s: State, want: Wanted): Arm | Reject {
  if (want.for !== 'step') return { reject: want.for === 'judgement' ? 'a judgement is no pull' : 'arms are pulled one at a time' }
  const said = /\barm\s*#?(\d+)/i.exec(text)?.[1] ?? /^\W*(\d+)\W*$/m.exec(text)?.[1]
  if (said === undefined) return { reject: `expected an arm such as "Arm 2", found "${text.trim().slice(0, 60)}"` }
  const arm = Number(said) - 1
  return arm >= 0 && arm < s.task.arms ? arm : { reject: `there is no arm ${said}: they are numbered 1 to ${s.task.arms}` }
}

/** A place as a prompt shows it. `arm`: the one that the move to it pulled. */
export interface Place {
  readonly machine: string
  readonly counts: readonly number[]
  readonly arm?: number
}
const shown = /(?:^|\n)Machine: (.+)\nPulls left: (\d+)\n((?:Arm \d+: .+\n)+)([^\n]+)$/

/**
 * The machine's name is in the prompt, so its truth can be known. A move is promising where it pulls a best arm; a place, while no more regret was had
 * than from trying each arm once. So `skill` of a simulated model is its chance of pulling a best arm.
 */
const oracle: Oracle<Place> = {
  read(messages) {
    const last = messages.at(-1)
    const m = last?.role === 'user' ? shown.exec(last.content) : null
    const want = m && wantedBy(asks, m[4])
    if (!m || want === null) return null
    const counts = m[3]
      .trimEnd()
      .split('\n')
      .map(line => Number(/: (\d+) pull/.exec(line)?.[1] ?? 0))
    const place = { machine: m[1], counts }
    try {
      if (parseTask(m[1]).arms !== counts.length) return null
    } catch {
      return null
    }
    return { place, key: canonical(place), want }
  },
  moves({ machine, counts }) {
    const task = parseTask(machine)
    if (left({ task, counts }) <= 0) return []
    return counts.map((_, arm) => ({ text: `Arm ${arm + 1}`, to: { machine, counts: counts.map((n, i) => (i === arm ? n + 1 : n)), arm } }))
  },
  promising({ machine, counts, arm }) {
    const task = parseTask(machine)
    return arm !== undefined ? gaps(task)[arm] === 0 : regret(task, counts) <= allowance(task) + 1e-9
  },
  labels: { promising: ['sure', 'likely'], lost: ['impossible'] },
  attempt: texts => texts.join('\n'),
}

/**
 * A k-armed bandit over a fixed number of pulls. The answer is how often each arm was pulled. What a pull pays lies ready: the same pull of an arm pays
 * the same in every branch of a tree, so search over it is planning with one sample of the future, and the reward (the mean payoff) holds its luck; the
 * grade does not, it is by regret. States are equal where each arm was pulled as often.
 */
export const bandits: PureWorld<State, Arm, string, BanditTask> = {
  kind: 'pure',
  id: 'bandits',
  grains: ['step'],
  start(task) {
    const none = Array.from({ length: task.arms }, () => 0)
    return { task, counts: none, paid: paid(task, none) }
  },
  step: (s, arm) => ({
    task: s.task,
    counts: s.counts.map((n, i) => (i === arm ? n + 1 : n)),
    paid: s.paid.map((x, i) => (i === arm ? x + payoff(s.task, arm, s.counts[arm]) : x)),
  }),
  outcome(s) {
    if (left(s) > 0) return null
    const mean = s.paid.reduce((a, x) => a + x, 0) / s.task.pulls
    return { answer: s.counts.join(' '), reward: asReward(s.task, mean) }
  },
  render: (c, want) => render(c.state, want),
  parse,
  oracle,
  valid: (arm, s) =>
    Number.isInteger(arm) && arm >= 0 && arm < s.task.arms
      ? left(s) > 0 || 'all pulls are used up'
      : `there is no arm ${arm + 1}: they are numbered 1 to ${s.task.arms}`,
  actions: s => (left(s) > 0 ? s.counts.map((_, i) => i) : []),
  key: s => s.counts.join(' '),
  show: arm => `Arm ${arm + 1}`,
}
