// Runs a claim's experiment and makes its result.
import { availableParallelism, cpus } from 'node:os'
import type { Usage } from '../contract/index.ts'
import {
  AddressedRandom,
  addTo,
  amount,
  average,
  bootstrap,
  canonical,
  hashText,
  type Interval,
  paired,
  wilson,
  zero,
} from '../kernel/index.ts'
import { run } from '../runtime/index.ts'
import { type Arm, type Claim, type ClaimResult, type Finding, type Lab, overall, type Threshold, verdictOf } from './claim.ts'

/** The machine of a measurement, in a line. */
export const machineName = (): string =>
  `${cpus()[0]?.model.trim() ?? 'unknown processor'}, ${availableParallelism()} cores, Node ${process.version}, ${process.platform} ${process.arch}`

/**
 * @param o.say takes progress
 * @throws RangeError on an arm that spent more than it may, on a comparison of different items, and on a claim without a finding: faults of the claim
 */
export async function runClaim(claim: Claim, o: { quick?: boolean; seed?: number; say?(text: string): void } = {}): Promise<ClaimResult> {
  const { quick = false, seed = 1 } = o
  const spend = zero()
  const random = (...key: (string | number)[]) => new AddressedRandom(seed, hashText(claim.id), 0, canonical(key))
  const arm = (name: string, values: readonly number[], a: { spent: number; budget?: number; unit?: string }): Arm => {
    const budget = a.budget ?? claim.equal.budget
    if (a.spent > budget * (1 + 1e-9))
      throw new RangeError(`claim ${claim.id}: ${name} spent ${a.spent} ${claim.equal.unit} an item, and may spend ${budget}`)
    const ones = values.filter(v => v === 1).length
    const rates = ones + values.filter(v => v === 0).length === values.length
    const interval: Interval = rates ? wilson(ones, values.length) : bootstrap(values, average, random('arm', name))
    return {
      name,
      unit: a.unit ?? (rates ? 'solved' : 'mean'),
      n: values.length,
      mean: average(values),
      interval,
      spent: a.spent,
      budget,
      values,
    }
  }
  const finding = (says: string, f: { effect: number; interval: Interval } & Threshold): Finding => {
    const side = f.above === undefined ? 'below' : 'above'
    const threshold = (f.above ?? f.below)!
    const { effect, interval, least = 0, counts = true } = f
    const known = Number.isFinite(effect) && interval.every(x => !Number.isNaN(x))
    const verdict = known ? verdictOf(interval, side, threshold, least) : 'inconclusive'
    return { says, effect, interval, side, threshold, least, counts, verdict }
  }
  const lab: Lab = {
    quick,
    seed,
    random,
    pick: (full, small) => (quick ? small : full),
    say: text => o.say?.(text),
    async run(frame, task, setup) {
      const r = await run(frame, task, { seed, concurrency: 8, ...setup })
      addTo(spend, amount(r.spent))
      return r
    },
    spend: u => addTo(spend, amount(u)),
    arm,
    paired(says, a, b, threshold) {
      if (a.values === undefined || b.values?.length !== a.values.length)
        throw new RangeError(`claim ${claim.id}: ${a.name} and ${b.name} are not of the same items`)
      const { difference, interval } = paired(a.values, b.values, random('paired', says))
      return finding(says, { effect: difference, interval, ...threshold })
    },
    finding,
  }
  const started = process.hrtime.bigint()
  const { arms, findings, notes = [] } = await claim.run(lab)
  const first = findings[0]
  if (first === undefined) throw new RangeError(`claim ${claim.id} has no finding`)
  return {
    schema: 1,
    id: claim.id,
    paper: claim.paper,
    evidence: claim.evidence,
    claim: claim.claim,
    hypothesis: claim.hypothesis,
    verdict: overall(findings),
    effect: first.effect,
    interval: first.interval,
    equal: claim.equal,
    findings,
    arms: arms.map(({ values: _, ...rest }) => rest),
    notes,
    spend: spendOf(spend),
    seconds: Math.round(Number(process.hrtime.bigint() - started) / 1e8) / 10,
    seed,
    quick,
    machine: machineName(),
    date: new Date().toISOString().slice(0, 10),
  }
}

/** What was spent at all. */
const spendOf = ({ tokens: _, ...u }: ReturnType<typeof zero>): Partial<Usage> =>
  Object.fromEntries(Object.entries(u).filter(([, x]) => x !== 0 && x !== null))
