import type { Assessment, Reward } from '../contract/index.ts'

/**
 * A weighted sum of rewards by name. What a term does not know yet (NaN) adds nothing; if no term knows anything, neither does the sum. A term that failed
 * fails the sum. It proves something only where every term does. The terms' own values are in `parts`.
 *
 * A sum in which an opinion can outweigh a proof invites a search to please the critic: give the outcome the larger weight.
 * @param weights default 1 each
 */
export function combine(terms: Readonly<Record<string, Reward>>, weights: Readonly<Record<string, number>> = {}): Reward {
  const names = Object.keys(terms)
  const weight = (name: string): number => weights[name] ?? 1
  return {
    id: names.map(n => (weight(n) === 1 ? n : `${weight(n)}*${n}`)).join('+'),
    verifies: names.every(n => terms[n].verifies === true),
    async reward(at, outcome, io): Promise<Assessment> {
      const all = await Promise.all(names.map(n => terms[n].reward(at, outcome, io)))
      const parts = Object.fromEntries(names.map((n, i) => [n, all[i].value]))
      const words = joined(all)
      if (all.some(a => a.failed)) return { value: Number.NaN, failed: true, verified: false, parts, ...words }
      const known = names.flatMap((n, i) => (Number.isNaN(all[i].value) ? [] : [weight(n) * all[i].value]))
      const value = known.length === 0 ? Number.NaN : known.reduce((a, x) => a + x, 0)
      return { value, verified: all.every(proves), parts, ...words }
    },
  }
}

export interface Stage {
  readonly name: string
  readonly by: Reward
  /** Least value that goes on to the next stage. Default 1. */
  readonly pass?: number
  /** The value where it does not. Default 0. */
  readonly fail?: number
}
/**
 * Stages strictly in order, such as form, then truth, then price: a stage below its `pass` decides, and what comes after it is not asked and not paid for.
 * The last stage's own value is the value of what passes all before it. A stage that failed, or does not know yet, decides too.
 */
export function gate(stages: readonly Stage[]): Reward {
  return {
    id: `gate(${stages.map(s => s.name).join('>')})`,
    verifies: stages.every(s => s.by.verifies === true),
    async reward(at, outcome, io): Promise<Assessment> {
      const parts: Record<string, number> = {}
      const passed: Assessment[] = []
      for (let i = 0; i < stages.length; i++) {
        const { name, by, pass = 1, fail = 0 } = stages[i]
        const a = await by.reward(at, outcome, io)
        parts[name] = a.value
        passed.push(a)
        if (a.failed || Number.isNaN(a.value)) return { ...a, verified: false, parts }
        const last = i === stages.length - 1
        if (!last && a.value < pass) return { value: fail, verified: proves(a), parts, ...joined([a]) }
        if (last) return { ...a, verified: passed.every(proves), parts, ...joined(passed) }
      }
      return { value: Number.NaN, verified: false, parts }
    },
  }
}

const proves = (a: Assessment): boolean => a.verified === true
const joined = (all: readonly Assessment[]): { critique?: string; feedback?: string } => {
  const critique = all.flatMap(a => a.critique ?? []).join('\n')
  const feedback = all.flatMap(a => a.feedback ?? []).join('\n')
  return { ...(critique === '' ? {} : { critique }), ...(feedback === '' ? {} : { feedback }) }
}
