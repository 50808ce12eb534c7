import type { Oracle, PureWorld, Reject, Split, Wanted } from '../../contract/index.ts'
import { Failure } from '../../kernel/failure.ts'
import { canonical, chain } from '../../kernel/hash.ts'
import { AddressedRandom } from '../../kernel/random.ts'
import type { Named, Wish, WorldEntry } from '../entry.ts'
import { marking } from '../marking.ts'
import { splitBy } from '../split.ts'
import type { Domain } from './domain.ts'
import { readPrompt, render } from './prompt.ts'

/** `within`: the most that the way may cost. */
export interface PathTask {
  readonly place: string
  readonly within: number
}
export interface PathState {
  readonly place: string
  /** What may still be spent. */
  readonly left: number
  readonly made: readonly string[]
}
/** One move for a step, all that are left for an attempt. */
export type PathAction = readonly string[]
/** A place as the oracle sees it. */
export interface PathPlace {
  readonly place: string
  readonly left: number
}
export interface PathWorld<S> extends WorldEntry<PathState, PathAction, string, PathTask> {
  readonly world: PureWorld<PathState, PathAction, string, PathTask | string>
  readonly domain: Domain<S>
}

/** Moves of a plan stand on lines of their own, or between semicolons. */
export const planText = (moves: readonly string[]): string => moves.join('; ')
const lines = (text: string): string[] =>
  text
    .split(/[\n;]+/)
    .map(x => x.trim())
    .filter(x => x !== '')
/** What more than the shortest way may be spent where the task does not say. */
const slack = 4

/**
 * A problem of shortest paths as a world: one move is a step, a whole plan an attempt. It ends well where one is there within the cost that is allowed;
 * the answer is the plan. Equal places are twins, however much of the allowance is left.
 */
export function pathWorld<S>(domain: Domain<S>): PathWorld<S> {
  const { id } = domain
  const places = new WeakMap<object, S>()
  const at = (s: PathState | PathPlace): S => {
    let p = places.get(s)
    if (p === undefined) places.set(s, (p = domain.read(s.place)))
    return p
  }
  const cost = (moves: readonly string[]): number => moves.reduce((sum, m) => sum + (domain.cost?.(m) ?? 1), 0)
  const over = (s: PathState): boolean => s.left <= 0 || domain.there(at(s))

  const walk = (s: PathState, moves: readonly string[]): { to: S; left: number } | string => {
    if (moves.length === 0) return 'no move was given'
    let to = at(s)
    let left = s.left
    for (const m of moves) {
      if (domain.there(to)) return `the goal is reached before ${m}`
      left -= cost([m])
      if (left < 0) return `${m} costs more than is left`
      const next = domain.apply(to, m)
      if (typeof next === 'string') return next
      to = next
    }
    return { to, left }
  }

  function parseTask(input: unknown): PathTask {
    const hint = `a task looks like "${domain.examples[0]}"`
    let place: unknown = input
    let within: unknown
    if (typeof input === 'object' && input !== null) ({ place, within } = input as { place?: unknown; within?: unknown })
    if (typeof place !== 'string')
      throw new Failure('usage', `${id}: expected a task in words, found ${JSON.stringify(input)?.slice(0, 80) ?? String(input)}`, hint)
    const limit = /[\s,;]+within\s+(\S+)\s*$/i.exec(place)
    if (limit !== null) {
      within = Number(limit[1])
      place = place.slice(0, limit.index)
    }
    const s = domain.read(place as string)
    if (within === undefined) within = domain.distance(s) * (domain.exact(s) ? 1 : 2) + slack
    if (!Number.isInteger(within) || (within as number) < 1 || (within as number) > 100_000)
      throw new Failure('usage', `${id}: expected an allowance of 1 to 100000, found "${limit?.[1] ?? within}"`, hint)
    if (domain.there(s))
      throw new Failure('usage', `${id}: the goal is reached already in "${(place as string).trim().slice(0, 120)}"`, hint)
    return { place: domain.text(s), within: within as number }
  }
  const splitOf = (t: PathTask): Split => {
    return splitBy(t.place)
  }

  const promising = (p: PathPlace): boolean => domain.distance(at(p)) <= p.left
  const oracle: Oracle<PathPlace> = {
    read(messages) {
      const last = messages.at(-1)
      const found = last?.role === 'user' ? readPrompt(last.content, domain) : null
      if (found === null) return null
      const place = { place: found.place, left: found.left }
      return { place, key: canonical(place), want: found.want }
    },
    moves(p) {
      const s = at(p)
      if (p.left <= 0 || domain.there(s)) return []
      return domain.moves(s).flatMap(m => {
        const left = p.left - cost([m])
        return left < 0 ? [] : [{ text: m, to: { place: domain.text(domain.apply(s, m) as S), left } }]
      })
    },
    promising,
    labels: { promising: ['sure', 'likely'], lost: ['impossible'] },
    attempt: texts => texts.join('\n'),
  }

  const world: PureWorld<PathState, PathAction, string, PathTask | string> = {
    kind: 'pure',
    id,
    grains: ['step', 'attempt'],
    start(task) {
      const { place, within } = parseTask(task)
      return { place, left: within, made: [] }
    },
    step(s, a) {
      const next = walk(s, a)
      if (typeof next === 'string') throw new Failure('world', `${id}: ${next}`, 'ask valid(action, state) before taking a step')
      return { place: domain.text(next.to), left: next.left, made: [...s.made, ...a] }
    },
    outcome(s) {
      if (domain.there(at(s))) return { answer: planText(s.made), reward: 1 }
      return over(s) ? { answer: planText(s.made), reward: 0, failed: true } : null
    },
    render: (c, want) => render(c.state, want, domain),
    parse(text, s, want: Wanted): PathAction | Reject {
      if (want.for === 'judgement') return { reject: 'a judgement is no move' }
      const written = lines(text)
      if (written.length === 0) return { reject: 'the reply is empty' }
      const moves: string[] = []
      let to = at(s)
      for (const line of written) {
        const m = domain.move(line, to)
        if (m === null) {
          if (moves.length > 0 || want.for === 'step') continue // words around the moves
          return { reject: `no move in "${line.slice(0, 80)}"` }
        }
        const next = domain.apply(to, m)
        if (typeof next === 'string') return { reject: next }
        moves.push(m)
        to = next
        if (want.for === 'step' || domain.there(to)) break
      }
      return moves.length > 0 ? moves : { reject: `no move in "${text.trim().slice(0, 80)}"` }
    },
    oracle,
    valid(a, s) {
      const next = walk(s, a)
      return typeof next === 'string' ? next : true
    },
    actions(s) {
      if (over(s)) return []
      return domain.moves(at(s)).flatMap(m => (cost([m]) <= s.left ? [[m]] : []))
    },
    actionKey: planText,
    key: s => s.place,
    show: planText,
    cost: (_s, a) => cost(a),
  }
  const { least, most, usual } = domain.sizes
  return {
    world,
    domain,
    describe: domain.describe,
    grains: ['step', 'attempt'],
    examples: domain.examples,
    parseTask,
    showTask: t => `${t.place} within ${t.within}`,
    tasks(wish: Wish): Named<PathTask>[] {
      const size = wish.size ?? usual
      if (!(Number.isInteger(size) && size >= least && size <= most))
        throw new Failure('usage', `${id}: expected a size of ${least} to ${most}, found ${size}`, 'leave it out for the usual')
      const { hi, lo } = chain(0, 0, `${id} ${size}`)
      const out: { id: string; task: PathTask; far: number }[] = []
      const seen = new Set<string>()
      for (let i = 0; out.length < wish.n && i < 50 * (wish.n + 10); i++) {
        const s = domain.sample(new AddressedRandom(wish.seed ?? 0, hi, lo ^ i, 'task'), size)
        const place = domain.text(s)
        if (domain.there(s) || seen.has(place)) continue
        seen.add(place)
        const task = parseTask(place)
        if (wish.split !== undefined && wish.split !== 'all' && splitOf(task) !== wish.split) continue
        out.push({ id: `${id}-${size}-${wish.seed ?? 0}-${i}`, task, far: domain.distance(s) })
      }
      if (wish.order === 'difficulty') out.sort((a, b) => a.far - b.far)
      return out.map(({ id: name, task }) => ({ id: name, task }))
    },
    splitOf,
    ...marking(id, (task: PathTask, answer: string) => {
      let s = world.start(task)
      for (const line of lines(String(answer))) {
        const m = domain.move(line, at(s))
        const next = m === null ? `no move in "${line.slice(0, 80)}"` : walk(s, [m])
        if (typeof next === 'string') return next
        s = { place: domain.text(next.to), left: next.left, made: [...s.made, m!] }
      }
      return domain.there(at(s)) || 'the plan does not reach the goal'
    }),
  }
}
