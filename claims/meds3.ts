// MedS3: which labels of a tree show the step that did the damage?
import type { NodeId, Policy, PureWorld } from '../src/contract/index.ts'
import { auc, average, type FlatTree } from '../src/kernel/index.ts'
import { endsBelow, gains, hardLabels, type Labels, lookBackLabels, rightByReward, softLabels, taken } from '../src/learn/from-trees.ts'
import { meds3Loop } from '../src/loop/meds3.ts'
import { uct } from '../src/method/index.ts'
import type { Claim, Lab } from '../src/run/index.ts'

const depth = 6
/** What a step does, told by its number: it keeps things as they are, it does damage, or it mends it. */
const kinds = ['keeps', 'damages', 'mends'] as const
const variants = 20
const kindOf = (step: number): (typeof kinds)[number] => kinds[step % kinds.length]
type Steps = readonly number[]
const damaged = (at: Steps): boolean => at.reduce((bad, a) => (kindOf(a) === 'damages' ? true : kindOf(a) === 'mends' ? false : bad), false)
/** How often a chain ends right. */
const right = { sound: 0.9, damaged: 0.3 }

const chains = (lab: Lab, k: number): PureWorld<Steps, number, string, null> => ({
  kind: 'pure',
  id: 'chains',
  start: () => [],
  step: (at, a) => [...at, a],
  outcome: at =>
    at.length < depth
      ? null
      : { answer: at.join('.'), reward: lab.random('end', k, at.join('.')).next() < (damaged(at) ? right.damaged : right.sound) ? 1 : 0 },
  render: c => [{ role: 'user', content: c.state.join('.') }],
  parse: Number,
  key: at => at.join('.'),
})
/** One step in seven does damage, and one in four after that mends it. */
const writer = (): Policy<Steps, number, void> => {
  const times = new Map<string, number>()
  return {
    id: 'writer',
    async propose([{ state }], { n }, io) {
      const key = state.join('.')
      const time = times.get(key) ?? 0
      times.set(key, time + 1)
      const r = io.random('draws', time)
      const draw = (): number => {
        const kind = damaged(state) ? (r.next() < 0.25 ? 2 : 0) : r.next() < 1 / 7 ? 1 : 0
        return kind + kinds.length * r.int(variants)
      }
      return { draws: Array.from({ length: n }, () => ({ action: draw() })) }
    },
  }
}

/** A label of each step by each rule: the lower, the more likely it did damage. */
const rules = {
  'look-back': t => lookBackLabels(t, softLabels(t, rightByReward(t)), { soft: true }),
  value: t => softLabels(t, rightByReward(t)),
  difference: t => gains(t, softLabels(t, rightByReward(t))),
  'any right end': t => hardLabels(t, rightByReward(t)),
} satisfies Record<string, (t: FlatTree) => Labels>
type Rule = keyof typeof rules
const names = Object.keys(rules) as Rule[]
interface Told {
  /** How likely a harmless step stands above one that did damage. */
  readonly area: Record<Rule, number>
  /** Share of the damaging steps that are called bad, and of the steps called bad that are. */
  readonly found: Record<Rule, number>
  readonly sure: Record<Rule, number>
}
/** Called bad: a label of 0 or less. @param least ends below a step, for it to be asked about */
function labelled(trees: readonly FlatTree[], least = 1): Told {
  const all = trees.flatMap(t => {
    const labels = names.map(r => rules[r](t))
    const ends = endsBelow(t, rightByReward(t))
    return taken(t).flatMap(n => {
      const known = n !== t.root && ends.right[n] + ends.wrong[n] >= least && labels.every(l => !Number.isNaN(l[n]))
      return known ? [{ bad: kindOf(t.action(n as NodeId)) === 'damages', labels: labels.map(l => l[n]) }] : []
    })
  })
  const by = (value: (i: number) => number) => Object.fromEntries(names.map((r, i) => [r, value(i)])) as Record<Rule, number>
  const [bad, harmless] = [true, false].map(is => all.filter(x => x.bad === is))
  const called = (i: number) => all.filter(x => x.labels[i] <= 0)
  return {
    area: by(
      i =>
        auc(
          harmless.map(x => x.labels[i]),
          bad.map(x => x.labels[i]),
        ).auc,
    ),
    found: by(i => bad.filter(x => x.labels[i] <= 0).length / bad.length),
    sure: by(i => (called(i).length === 0 ? 0 : called(i).filter(x => x.bad).length / called(i).length)),
  }
}

export const claim: Claim = {
  id: 'meds3',
  paper: meds3Loop.paper,
  evidence: ['meds3'],
  claim:
    'A process reward model should learn whether a step lowered the value, with a look back for one low estimate between two high ones, not whether some right end lies below it.',
  hypothesis:
    'Over trees of 60 and of 240 simulations, labels that look back tell steps that did damage from others better than the value itself and than whether any right end was found below, and as well as or better than the plain difference.',
  equal: { unit: 'simulations', budget: 240 },
  async run(lab) {
    const repeats = lab.pick(40, 2)
    const each = lab.pick(4, 2)
    const of = async (simulations: number): Promise<{ all: Told[]; sure: Told[] }> => {
      const out: Told[] = []
      const sure: Told[] = []
      for (let k = 0; k < repeats; k++) {
        const trees: FlatTree[] = []
        for (let i = 0; i < each; i++) {
          const knobs = { ...meds3Loop.search.knobs, simulations }
          const seed = 1 + i + each * k
          const r = await lab.run({ world: chains(lab, seed), policy: writer(), method: uct, knobs }, null, { seed, concurrency: 1 })
          trees.push(r.tree as FlatTree)
        }
        out.push(labelled(trees))
        sure.push(labelled(trees, 8))
      }
      lab.say(`${simulations} simulations: ${names.map(r => `${r} ${average(out.map(x => x.area[r])).toFixed(3)}`).join(', ')}`)
      return { all: out, sure }
    }
    const [{ all: few }, { all: many, sure }] = [await of(lab.pick(60, 30)), await of(lab.pick(240, 40))]
    const arms = (
      [
        [60, few, ''],
        [240, many, ''],
        [240, sure, ', eight ends or more below'],
      ] as const
    ).map(([n, told, which]) =>
      Object.fromEntries(
        names.map(r => [
          r,
          lab.arm(
            `${r}, ${n} simulations${which}: harmless above damaging`,
            told.map(x => x.area[r]),
            { spent: n, budget: n, unit: 'AUC' },
          ),
        ]),
      ),
    )
    const o = { above: 0, least: 0.01 }
    const told = (xs: readonly Told[], what: 'found' | 'sure') =>
      names.map(r => `${r} ${average(xs.map(x => x[what][r])).toFixed(2)}`).join(', ')
    return {
      arms: arms.flatMap(a => names.map(r => a[r])),
      findings: [
        lab.paired('60 simulations: looking back tells damage better than the value', arms[0]['look-back'], arms[0].value, o),
        lab.paired('240 simulations: the same', arms[1]['look-back'], arms[1].value, o),
        lab.paired('60 simulations: better than whether any right end lies below', arms[0]['look-back'], arms[0]['any right end'], o),
        lab.paired('240 simulations: the same', arms[1]['look-back'], arms[1]['any right end'], o),
        lab.paired('60 simulations: as good as the plain difference, or better', arms[0]['look-back'], arms[0].difference, {
          above: -0.01,
        }),
        lab.paired('240 simulations: the same', arms[1]['look-back'], arms[1].difference, { above: -0.01 }),
        lab.paired(
          '240 simulations, steps with eight ends or more below: looking back better than the value',
          arms[2]['look-back'],
          arms[2].value,
          {
            ...o,
            counts: false,
          },
        ),
        lab.paired('... than the plain difference', arms[2]['look-back'], arms[2].difference, { ...o, counts: false }),
      ],
      notes: [
        `Where a label of 0 or less calls a step bad, of the damaging steps are found, 60 simulations: ${told(few, 'found')}; 240: ${told(many, 'found')}. Of those called bad are damaging, 60: ${told(few, 'sure')}; 240: ${told(many, 'sure')}.`,
        `Chains of ${depth} steps, of which one in seven does damage that a later one may mend; a sound chain ends right nine times in ten, a damaged one three. Trees are searched as the loop does (UCB with c = 2, three children, playouts). An item is ${each} trees together.`,
        'Studied once: most steps of such a tree have one end below, or few, and a difference of two noisy values is noisier than one. Among steps with eight ends or more below looking back was compared again; that does not count.',
        'Labels alone: no process reward model was trained on them.',
      ],
    }
  },
}
