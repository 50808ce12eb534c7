// B-STaR: temperature and threshold that are chosen anew in each round, against fixed ones, in self-training on one's own right answers.
import { type AddressedRandom, average } from '../src/kernel/index.ts'
import { TabularPolicy } from '../src/learn/from-trees.ts'
import { bStar } from '../src/loop/b-star.ts'
import type { Harvest, LoopSearch } from '../src/loop/spec.ts'
import type { Claim, Lab } from '../src/run/index.ts'
import { answerOf, type Drill, drills, harvested, type Pupil, study } from './fixture/drill.ts'

const rounds = 5
/** Answers of a round, those of the probe among them. */
const each = 3000
const attempts = 40
const wanted = 8
const actions = 8
const count = 40

interface World {
  /** Numbers that are right for each skill. */
  readonly good: readonly ReadonlySet<number>[]
  readonly pupil: Pupil
  readonly problems: readonly Drill[]
  readonly held: readonly Drill[]
}
/** Each skill has two right numbers of eight, so that a problem has many right answers; what the policy prefers to begin with is chance. */
function world(random: AddressedRandom): World {
  const good = Array.from({ length: count }, () => new Set(random.sample([...Array(actions).keys()], 2, () => 1)))
  const table = new TabularPolicy(actions)
  for (let s = 0; s < count; s++) for (let a = 0; a < actions; a++) table.at(String(s))[a] = 2 * random.normal() + (good[s].has(a) ? 1 : 0)
  const drawn = (n: number, name: string): Drill[] =>
    Array.from({ length: n }, (_, i) => {
      const ask = Array.from({ length: 2 + random.int(4) }, () => random.int(count))
      return { id: `${name} ${i}`, ask, length: ask.length, right: said => ask.every((s, t) => good[s].has(said[t])) }
    })
  return { good, pupil: { table, reads: (ask, said) => String(ask[said.length]) }, problems: drawn(500, 'train'), held: drawn(200, 'test') }
}
/** The chance that an answer is right. */
const success = ({ good, pupil }: World, d: Drill): number =>
  d.ask.reduce((p, s) => p * [...good[s]].reduce((sum, a) => sum + Math.exp(pupil.table.law(String(s))[a]), 0), 1)

interface Trained {
  readonly pass: number
  readonly pass16: number
  /** Right and different answers of a problem, in each round; at most those that are wanted. */
  readonly unique: readonly number[]
  readonly temperatures: readonly number[]
  readonly answers: number
}
/** @param free the answers of the probe are not counted */
async function train(lab: Lab, k: number, temperature: number | null, free = false): Promise<Trained> {
  const w = world(lab.random('world', k) as AddressedRandom)
  const { pupil, problems } = w
  const unique: number[] = []
  const temperatures: number[] = []
  let [at, answers] = [0, 0]
  const search = (s: LoopSearch, d: Drill, tag: string): Harvest => {
    // Right or not, and a fifth of a critic's mark, which is noisy.
    const draw = lab.random('answers', k, tag, d.id)
    const n = s.knobs!.n as number
    answers += n
    const ways = Array.from({ length: n }, () => {
      const said = answerOf(pupil, d, draw, { temperature: s.sampling!.temperature! })
      const right = d.right(said)
      const mark = Math.min(1, Math.max(0, (right ? 0.6 : 0.4) + 0.2 * (draw as AddressedRandom).normal()))
      return { actions: [said], reward: Number(right) + 0.2 * mark }
    })
    return harvested(d, ways)
  }
  for (let round = 1; round <= rounds; round++) {
    const begun = answers
    const prepared =
      temperature === null
        ? await bStar.prepare!({
            round,
            taught: true,
            probe: async (s, n, name) => problems.slice(at, at + lab.pick(n, 2)).map(d => search(s, d, `${round} ${name}`)),
          })
        : { search: { ...bStar.search, sampling: { temperature } }, settings: { threshold: 0.5 } }
    if (free) answers = begun
    const trees: Harvest[] = []
    for (; answers - begun + attempts <= lab.pick(each, 400); at = (at + 1) % problems.length)
      trees.push(search(prepared.search, problems[at], `${round}`))
    temperatures.push(prepared.search.sampling!.temperature!)
    unique.push(average(trees.map(h => Math.min(wanted, h.tree.nodes().filter(n => h.right(n) === true).length))))
    const { policy } = bStar.rows(trees, {
      round,
      entry: { world: drills } as never,
      random: lab.random('rows', k),
      again: [],
      hinted: [],
      settings: prepared.settings,
    })
    study(pupil, policy, { losses: bStar.policy!.losses!, epochs: bStar.policy!.epochs!, batch: 32, rate: 3, seed: round })
  }
  const p = w.held.map(d => success(w, d))
  return { pass: average(p), pass16: average(p.map(x => 1 - (1 - x) ** 16)), unique, temperatures, answers: answers / rounds }
}

export const claim: Claim = {
  id: 'b-star',
  paper: bStar.paper,
  evidence: ['b-star'],
  claim:
    'Self-training stalls because exploration fades; a temperature and a threshold that are chosen in each round by the balance of what they keep sustain it, and end higher.',
  hypothesis:
    'Over as many answers, those of the choice among them, five rounds with the controller end with more new problems solved at one attempt than five at temperature .7 or at 1, and its last round finds more different right answers to a problem than that at .7.',
  equal: { unit: 'answers a round', budget: each },
  async run(lab) {
    const repeats = lab.pick(16, 2)
    const of = async (temperature: number | null, free = false): Promise<Trained[]> => {
      const out: Trained[] = []
      for (let k = 0; k < repeats; k++) out.push(await train(lab, k, temperature, free))
      lab.say(`${temperature ?? 'controller'}: ${average(out.map(x => x.pass)).toFixed(3)}`)
      return out
    }
    const [control, low, one, high, free] = [await of(null), await of(0.7), await of(1), await of(1.2), await of(null, true)]
    const arm = (name: string, xs: readonly Trained[], unit: string, value: (x: Trained) => number) =>
      lab.arm(`${name}: ${unit}`, xs.map(value), { spent: average(xs.map(x => x.answers)), unit })
    const all = {
      controller: control,
      'temperature .7': low,
      'temperature 1': one,
      'temperature 1.2': high,
      'controller, its choice for nothing': free,
    }
    const by = (unit: string, value: (x: Trained) => number) => Object.entries(all).map(([name, xs]) => arm(name, xs, unit, value))
    const first = by('solved at one attempt', x => x.pass)
    const sixteen = by('solved at sixteen', x => x.pass16)
    const last = by('right and different answers, last round', x => x.unique.at(-1)!)
    const o = { above: 0, least: 0.02 }
    const told = (xs: readonly Trained[], value: (x: Trained) => readonly number[]) =>
      Array.from({ length: rounds }, (_, r) => average(xs.map(x => value(x)[r])).toFixed(2)).join(', ')
    return {
      arms: [...first, ...sixteen, ...last],
      findings: [
        lab.paired('the controller solves more at one attempt than temperature .7', first[0], first[1], o),
        lab.paired('more than temperature 1', first[0], first[2], o),
        lab.paired('its last round finds more different right answers than that at .7', last[0], last[1], { above: 0, least: 0.25 }),
        lab.paired('it solves more at one attempt than temperature 1.2', first[0], first[3], { ...o, counts: false }),
        lab.paired('were its choice for nothing, it would solve more than temperature .7', first[4], first[1], { ...o, counts: false }),
        lab.paired('were its choice for nothing, it would solve more than temperature 1', first[4], first[2], { ...o, counts: false }),
        lab.paired('it solves more at sixteen attempts than temperature .7', sixteen[0], sixteen[1], { ...o, counts: false }),
      ],
      notes: [
        `Temperatures that were chosen, by round: ${told(control, x => x.temperatures)}. Right and different answers to a problem, eight at most, by round: controller ${told(control, x => x.unique)}; .7: ${told(low, x => x.unique)}; 1: ${told(one, x => x.unique)}; 1.2: ${told(high, x => x.unique)}.`,
        'A problem is a list of two to five skills, each with two right numbers of eight, and the policy a table of logits for each. The choice costs a third of the answers of a round: 16 answers to 16 problems at each of four temperatures.',
        'Studied once: the choice was made for nothing. The choice looks at 16 answers to a problem where 40 follow, and is cooler than what is best here.',
        'Fixed temperatures keep right answers alone, as the controller may: a critic that marks right and wrong ones alike adds nothing here.',
      ],
    }
  },
}
