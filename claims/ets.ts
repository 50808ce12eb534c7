// REBASE and ETS: accuracy of the weighted vote, and the nodes that must be held in the cache.
import type { NodeId, Search } from '../src/contract/index.ts'
import { average, bootstrap } from '../src/kernel/index.ts'
import { dvts, ets, rebase, stepBeam } from '../src/method/index.ts'
import type { Claim, Lab } from '../src/run/index.ts'
import { type TreeModel, truthOf } from '../src/world/index.ts'
import { armOf, nodesHeld, onTrees, type Searched } from './fixture/trees.ts'

/** Eight steps, of which four decide. Every step is written in four ways, equally good and judged with equal error. Two right answers, a popular wrong one. */
const shape = { depth: 8, branching: 4, pivots: 4, survive: 2, wordings: 4, twins: 0, classes: 2, answers: 16, confuser: 0.2 }
const kinds: Record<string, TreeModel> = { early: { sd: 2, noise: 'early', bias: 4 }, independent: { sd: 2 } }

/** Leaves mean the same where they differ by wordings only: what a sentence encoder finds in the last step of a text. */
const cluster = async (s: Search<any, any, any>, leaves: readonly NodeId[]): Promise<number[]> => {
  const index = new Map<string, number>()
  return leaves.map(n => {
    const { task, path } = s.tree.state(n)
    const key = truthOf(task).ideas(path).join('.')
    if (!index.has(key)) index.set(key, index.size)
    return index.get(key)!
  })
}
/** Every arm draws W steps at each of eight levels, and answers with the vote weighted by the critic. */
const searches = (width: number): Record<string, Searched> => {
  const root = Math.sqrt(width)
  return {
    rebase: { method: rebase, preset: 'published', knobs: { width } },
    ets: { method: ets, preset: 'published', knobs: { width, lambdaD: width === 16 ? 1.5 : 1.4 }, frame: { parts: { cluster } } },
    'ets, lambdaD=0': { method: ets, preset: 'published', knobs: { width, lambdaD: 0 }, frame: { parts: { cluster } } },
    'step-beam': { method: stepBeam, preset: 'published', knobs: { b1: root, b2: root } },
    dvts: { method: dvts, preset: 'published', knobs: { n: width, m: root } },
  }
}

async function under(lab: Lab, kind: string, width: number, n: number, only?: readonly string[]) {
  const out: Record<string, { arm: ReturnType<typeof armOf>; held: readonly number[] }> = {}
  for (const [name, search] of Object.entries(searches(width))) {
    if (only !== undefined && !only.includes(name)) continue
    const r = await onTrees(lab, { shape, n, seed: 2, model: kinds[kind] }, search, { held: nodesHeld })
    out[name] = { arm: armOf(lab, `${name}, W=${width}, ${kind} errors`, r, { budget: 8 * width }), held: r.each.held }
    lab.say(`${kind}, W=${width}: ${name} ${out[name].arm.mean.toFixed(2)}, ${r.mean.held.toFixed(1)} nodes held`)
  }
  const held = Object.entries(out).map(([name, x]) => `${name} ${average(x.held).toFixed(1)}`)
  return { of: out, note: `Nodes held at a level, W=${width}, ${kind} errors: ${held.join(', ')}.` }
}

export const claim: Claim = {
  id: 'ets',
  paper: ets.paper!,
  evidence: ['ets', 'rebase'],
  claim:
    'ETS needs much less of a cache than REBASE at nearly the same accuracy, and REBASE is more accurate than beam search at equal cost.',
  hypothesis:
    'With steps that repeat in other words, ETS at lambda_d 1.4 holds fewer nodes than REBASE and votes for the right answer no more than 5 points less often; REBASE beats the beam where the critic errs early and systematically.',
  equal: { unit: 'steps', budget: 512 },
  async run(lab) {
    const n = lab.pick(120, 2)
    // Many, since the paper's "minimal loss" is a small difference.
    const wide = await under(lab, 'early', 64, lab.pick(400, 2), ['rebase', 'ets', 'ets, lambdaD=0', 'step-beam'])
    const narrow = await under(lab, 'early', 16, n)
    const plain = await under(lab, 'independent', 64, n, ['rebase', 'ets', 'step-beam'])
    const saved = (from: typeof wide) => from.of.ets.held.map((x, i) => 1 - x / from.of.rebase.held[i])
    const saving = (says: string, from: typeof wide, counts: boolean) => {
      const xs = saved(from)
      return lab.finding(says, {
        effect: average(xs),
        interval: bootstrap(xs, average, lab.random('saving', says)),
        above: 0,
        least: 0.1,
        counts,
      })
    }
    const w = wide.of
    return {
      arms: [wide, narrow, plain].flatMap(x => Object.values(x.of).map(y => y.arm)),
      findings: [
        saving('early errors, W=64: share of the nodes that ETS need not hold', wide, true),
        lab.paired('early errors, W=64: ETS is right as often as REBASE, or 5 points less', w.ets.arm, w.rebase.arm, { above: -0.05 }),
        lab.paired('early errors, W=64: REBASE is right more often than the beam', w.rebase.arm, w['step-beam'].arm, {
          above: 0,
          least: 0.05,
        }),
        saving('independent errors, W=64: share of the nodes that ETS need not hold', plain, false),
        saving('early errors, W=16: share of the nodes that ETS need not hold', narrow, false),
        lab.paired('early errors, W=64: without a worth for meanings ETS is right less often', w['ets, lambdaD=0'].arm, w.rebase.arm, {
          below: 0,
          least: 0.05,
          counts: false,
        }),
        lab.paired('independent errors, W=64: REBASE is right more often than the beam', plain.of.rebase.arm, plain.of['step-beam'].arm, {
          above: 0,
          least: 0.05,
          counts: false,
        }),
      ],
      notes: [
        wide.note,
        narrow.note,
        plain.note,
        'A node held is one on a path to something that is gone on from at that level: with cached prefixes, the memory of the search. The paper counts tokens on real texts; here every step has one size.',
      ],
    }
  },
}
