// A graph of made-up facts: every entity has one of each relation, and a question follows a path of them.
import { chain } from '../../kernel/hash.ts'
import { keeping } from '../../kernel/keeping.ts'
import { AddressedRandom } from '../../kernel/random.ts'
import type { Setting, Settings } from '../settings.ts'

/** `distractors`: facts about other entities that a look-up gives beside the one that was asked for. */
export const made = {
  hops: { default: 3, min: 1, max: 8 },
  entities: { default: 24, min: 8, max: 400 },
  relations: { default: 4, min: 1, max: 12 },
  distractors: { default: 2, min: 0, max: 10 },
  seed: { default: 0, min: 0, max: 2 ** 31 - 1 },
} as const satisfies Record<string, Setting>
export type HopsTask = Settings<keyof typeof made>

/** `relation` of `of` is `is`. */
export interface Fact {
  readonly relation: string
  readonly of: string
  readonly is: string
}
export interface Graph {
  readonly task: HopsTask
  readonly entities: readonly string[]
  readonly relations: readonly string[]
  readonly question: string
  /** The facts that lead from the entity of the question to the answer, in order. */
  readonly way: readonly Fact[]
  /** Steps a search may make, the answer included: twice as many as it takes, and two. */
  readonly steps: number
  target(relation: string, of: string): string
  /** What a look-up shows: the fact asked for among others of the same relation, in an order of its own. */
  lookUp(relation: string, of: string): readonly Fact[]
}

const relationNames = [
  'mentor',
  'rival',
  'home town',
  'emblem',
  'patron',
  'workshop',
  'neighbour',
  'teacher',
  'guardian',
  'supplier',
  'translator',
  'landlord',
]
const beginnings = 'Ar Bel Cor Dan El Fal Gor Hal Is Jor Kel Lor Mar Nor Or Pel Quin Ros Sel Tor'.split(' ')
const endings = 'adon bria cas dell emor fin gard hild ios jan kar lund mir nath olin pas ras sun tis vale'.split(' ')

const kept = keeping<Graph>(5000)
/** The graph of a task: a function of its settings. Kept, since it is asked about again and again. */
export const graphOf = (task: HopsTask): Graph => kept(JSON.stringify(task), () => make(task))

function make(task: HopsTask): Graph {
  const { hi, lo } = chain(0, 0, `${task.hops} ${task.entities} ${task.relations} ${task.distractors}`)
  const stream = (purpose: string): AddressedRandom => new AddressedRandom(task.seed, hi, lo, `hops ${purpose}`)
  const names = beginnings.flatMap(b => endings.map(e => b + e))
  const entities = stream('names').shuffle(names).slice(0, task.entities)
  const relations = stream('relations').shuffle(relationNames).slice(0, task.relations)
  const target = (relation: string, of: string): string => {
    const others = entities.filter(e => e !== of)
    return stream(`fact ${relation} of ${of}`).pick(others)
  }
  const lookUp = (relation: string, of: string): Fact[] => {
    const r = stream(`look up ${relation} of ${of}`)
    const others = r.shuffle(entities.filter(e => e !== of)).slice(0, task.distractors)
    return r.shuffle([of, ...others].map(e => ({ relation, of: e, is: target(relation, e) })))
  }
  // A path that meets no entity twice, so that no shorter one answers the question by chance; the longest found where there is none.
  const random = stream('question')
  let way: Fact[] = []
  for (let i = 0; i < 200 && way.length < task.hops; i++) {
    const path: Fact[] = []
    let at = random.pick(entities)
    const met = new Set([at])
    while (path.length < task.hops) {
      const open = relations.filter(r => !met.has(target(r, at)))
      if (open.length === 0) break
      const relation = random.pick(open)
      const is = target(relation, at)
      path.push({ relation, of: at, is })
      met.add(is)
      at = is
    }
    if (path.length > way.length) way = path
  }
  const question = `What is the ${way
    .map(f => f.relation)
    .toReversed()
    .join(' of the ')} of ${way[0].of}?`
  return { task, entities, relations, question, way, steps: 2 * (way.length + 1) + 2, target, lookUp }
}
