import type { Message, Oracle, PureWorld, Wanted } from '../../contract/index.ts'
import { canonical, hashText } from '../../kernel/hash.ts'
import { AddressedRandom } from '../../kernel/random.ts'
import { type Asks, askFor, wanted } from '../asks.ts'
import { checkGenome, type GenomeSpace, randomGenome, readGenome, showGenome, variedGenome } from '../genome.ts'
import { type Arena, arena, type MazeTask, type Point, reward } from './arena.ts'
import { inputs, life, parameters, walk } from './robot.ts'
import { parseTask, showTask } from './task.ts'

/** A controller and what became of it; none at the start. */
export interface State {
  readonly task: MazeTask
  readonly weights: readonly number[] | null
  readonly end: Point | null
  readonly reward: number
  /** In which rewarded region it ended; -1: in none. */
  readonly region: number
}
interface Place {
  readonly task: string
  readonly weights: string | null
}
export const space: GenomeSpace = { length: parameters, low: -3, high: 3, sigma: 0.3 }

const plans = new Map<string, Arena>()
function planOf(t: MazeTask): Arena {
  const id = showTask(t)
  let plan = plans.get(id)
  if (plan === undefined) plans.set(id, (plan = arena(t)))
  return plan
}
function lived(task: MazeTask, weights: readonly number[]): State {
  const plan = planOf(task)
  const { end } = walk(plan, weights)
  return { task, weights, end, ...reward(plan, end) }
}

const asks: Asks = { step: 'Next controller:', list: 'Next controllers:', judgement: 'Verdict:' }
function render(s: State, want: Wanted): Message[] {
  const here =
    s.weights === null || s.end === null
      ? 'Controller: none yet'
      : `Controller: ${showGenome(s.weights)} (ended at ${s.end.x.toFixed(3)} ${s.end.y.toFixed(3)}, reward ${s.reward.toFixed(4)})`
  const { goal, wish } = {
    goal: planOf(s.task)
      .regions.map(g => `${g.x.toFixed(2)} ${g.y.toFixed(2)}`)
      .join(' or '),
    wish:
      want.for === 'judgement'
        ? 'Does this controller bring the robot to a goal, or nearly so? End with one word on a line of its own: near or far.'
        : `Write ${want.list === undefined ? 'one better controller' : 'better controllers, one on each line'}: ${parameters} numbers from ${space.low} to ${space.high} with spaces between them.`,
  }
  return [
    {
      role: 'user',
      content: [
        `A robot with six range finders drives for ${life.steps} steps in a square of side 1 with walls. Its controller is ${parameters} numbers: ${inputs} weights for the speed, then ${inputs} for the turn, of the bias, the ranges in front, left front, right front, left, right, behind, the speed and turn before, and the time. It is rewarded for where it ends: near ${goal}.`,
        wish,
        `Now\nMaze: ${showTask(s.task)}\n${here}\n${askFor(asks, want)}`,
      ].join('\n\n'),
    },
  ]
}

/** Controllers that a simulated model thinks of at a place. */
const thoughts = 24
const oracle: Oracle<Place> = {
  read(messages) {
    const text = messages.at(-1)?.role === 'user' ? messages.at(-1)!.content : ''
    const m = [
      ...text.matchAll(/^Maze: (.+)\nController: (none yet|[^(\n]+?)(?: \(ended .*\))?\n([A-Z][a-z ]+:)(?: \(at most (\d+)\))?/gm),
    ].at(-1)
    if (m === undefined) return null
    const place: Place = { task: m[1], weights: m[2] === 'none yet' ? null : m[2] }
    const want = wanted(asks, m[3], m[4])
    return want && { place, key: canonical(place), want }
  },
  moves(p) {
    const from = p.weights?.split(' ').map(Number)
    return Array.from({ length: thoughts }, (_, i) => {
      const r = new AddressedRandom(hashText(p.task), hashText(p.weights ?? ''), i, 'thought')
      const text = showGenome(from === undefined ? randomGenome(space, r) : variedGenome([from], space, r, 2 ** -(i % 4)))
      return { text, to: { task: p.task, weights: text } }
    })
  },
  promising: p => p.weights === null || lived(parseTask(p.task), p.weights.split(' ').map(Number)).reward >= 0.5,
  labels: { promising: ['near'], lost: ['far'] },
  attempt: texts => texts.at(-1) ?? '',
}

/** Side of the picture of where it ended, and the width of the robot in it. */
const picture = { side: 12, width: 0.08 }
function seenFromAbove(p: Point): number[] {
  const { side, width } = picture
  return Array.from({ length: side * side }, (_, i) => {
    const [x, y] = [((i % side) + 0.5) / side, (Math.floor(i / side) + 0.5) / side]
    return Math.exp(-((x - p.x) ** 2 + (y - p.y) ** 2) / (2 * width * width))
  })
}

/**
 * A small controller drives a robot through a maze; where it ends is what it is rewarded for. Every controller is an answer, and may be varied. An action
 * is a whole new controller of twenty numbers. For search by quality and diversity (Lehman and Stanley 2011): the features are where it ends, the
 * observation a picture of the maze from above.
 */
export const maze: PureWorld<State, readonly number[], readonly number[], MazeTask | string> = {
  kind: 'pure',
  id: 'maze',
  grains: ['step', 'attempt'],
  start: task => ({ task: parseTask(task), weights: null, end: null, reward: 0, region: -1 }),
  step: (s, a) => lived(s.task, a),
  outcome: s => (s.weights === null ? null : { answer: s.weights, key: showGenome(s.weights), open: true, reward: s.reward }),
  render: (c, want) => render(c.state, want),
  parse: (text, _s, want) => (want.for === 'judgement' ? { reject: 'a judgement is no controller' } : readGenome(text, space)),
  oracle,
  valid: a => checkGenome(a, space),
  actionKey: showGenome,
  key: s => (s.weights === null ? '' : showGenome(s.weights)),
  show: a => showGenome(a),
  design: {
    axes: ['x', 'y'].map(name => ({ name, low: 0, high: 1, bins: 20 })),
    features: s => (s.end === null ? [Number.NaN, Number.NaN] : [s.end.x, s.end.y]),
    observe: s => seenFromAbove(s.end ?? planOf(s.task).start),
    genome: s => s.weights ?? [],
    create: r => randomGenome(space, r),
    vary: (parents, r, scale) =>
      variedGenome(
        parents.flatMap(s => (s.weights === null ? [] : [s.weights])),
        space,
        r,
        scale,
      ),
  },
}
/** The reward of a controller, worked out anew. */
export const rewardOf = (task: MazeTask, weights: readonly number[]): number => lived(task, weights).reward
