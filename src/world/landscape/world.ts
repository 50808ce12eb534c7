import type { Message, Oracle, PureWorld, Wanted } from '../../contract/index.ts'
import { canonical, hashText } from '../../kernel/hash.ts'
import { AddressedRandom } from '../../kernel/random.ts'
import { type Asks, askFor, wanted } from '../asks.ts'
import { checkGenome, type GenomeSpace, randomGenome, readGenome, showGenome, variedGenome } from '../genome.ts'
import { bound, height, type LandscapeTask, turned } from './surface.ts'
import { parseTask, showTask } from './task.ts'

/** A point of a landscape; none at the start. */
export interface State {
  readonly task: LandscapeTask
  readonly x: readonly number[] | null
}
export interface Place {
  readonly task: string
  readonly x: string | null
}
const spaceOf = (t: LandscapeTask): GenomeSpace => ({ length: t.dims, low: -bound, high: bound, sigma: 0.05 * 2 * bound })

const asks: Asks = { step: 'Next point:', list: 'Next points:', judgement: 'Verdict:' }
function render(s: State, want: Wanted): Message[] {
  const { dims } = s.task
  const here = s.x === null ? 'Point: none yet' : `Point: ${showGenome(s.x)} (height ${height(s.task, s.x).toFixed(4)})`
  const wish =
    want.for === 'judgement'
      ? 'Is this a high place already? End with one word on a line of its own: high or low.'
      : `Write ${want.list === undefined ? 'one higher point' : 'higher points, one on each line'}: ${dims} ${dims === 1 ? 'number' : 'numbers'} with spaces between them.`
  return [
    {
      role: 'user',
      content: [
        `A function of ${dims} ${dims === 1 ? 'variable' : 'variables'}, each from ${-bound} to ${bound}, is to be maximised; its greatest height is 1. It has many hills.`,
        wish,
        `Now\nLandscape: ${showTask(s.task)}\n${here}\n${askFor(asks, want)}`,
      ].join('\n\n'),
    },
  ]
}

/** Steps that a simulated model thinks of at a place. */
const thoughts = 24
const stateOf = (p: Place): State => {
  const task = parseTask(p.task)
  return { task, x: p.x === null ? null : p.x.split(' ').map(Number) }
}
const oracle: Oracle<Place> = {
  read(messages) {
    const text = messages.at(-1)?.role === 'user' ? messages.at(-1)!.content : ''
    const m = [
      ...text.matchAll(/^Landscape: (.+)\nPoint: (none yet|[^(\n]+?)(?: \(height .*\))?\n([A-Z][a-z ]+:)(?: \(at most (\d+)\))?/gm),
    ].at(-1)
    if (m === undefined) return null
    const place: Place = { task: m[1], x: m[2] === 'none yet' ? null : m[2] }
    const want = wanted(asks, m[3], m[4])
    return want && { place, key: canonical(place), want }
  },
  moves(p) {
    const s = stateOf(p)
    const space = spaceOf(s.task)
    return Array.from({ length: thoughts }, (_, i) => {
      const r = new AddressedRandom(hashText(p.task), hashText(p.x ?? ''), i, 'thought')
      const text = showGenome(s.x === null ? randomGenome(space, r) : variedGenome([s.x], space, r, 2 ** -(i % 4)))
      return { text, to: { task: p.task, x: text } }
    })
  },
  promising(p) {
    const s = stateOf(p)
    return s.x === null || height(s.task, s.x) >= 0.9
  },
  labels: { promising: ['high'], lost: ['low'] },
  attempt: texts => texts.at(-1) ?? '',
}

/**
 * A function to be maximised over a box: every point is an answer, and may be improved. An action is a whole new point. For search by variation
 * (`design`): features are two turned coordinates.
 */
export const landscape: PureWorld<State, readonly number[], readonly number[], LandscapeTask | string> = {
  kind: 'pure',
  id: 'landscape',
  grains: ['step', 'attempt'],
  start: task => ({ task: parseTask(task), x: null }),
  step: (s, a) => ({ task: s.task, x: a }),
  outcome: s => (s.x === null ? null : { answer: s.x, key: showGenome(s.x), open: true, reward: height(s.task, s.x) }),
  render: (c, want) => render(c.state, want),
  parse: (text, s, want) => (want.for === 'judgement' ? { reject: 'a judgement is no point' } : readGenome(text, spaceOf(s.task))),
  oracle,
  valid: (a, s) => checkGenome(a, spaceOf(s.task)),
  actionKey: showGenome,
  key: s => (s.x === null ? '' : showGenome(s.x)),
  show: a => showGenome(a),
  design: {
    axes: ['u', 'v'].map(name => ({ name, low: -bound, high: bound, bins: 25 })),
    features: s => (s.x === null ? [Number.NaN, Number.NaN] : turned(s.task, s.x)),
    observe: s => s.x ?? new Array<number>(s.task.dims).fill(0),
    genome: s => s.x ?? [],
    // The root alone knows how many variables there are: it is the one parent of what is made at random.
    create: (r, s) => randomGenome(spaceOf(s.task), r),
    vary: (parents, r, scale) =>
      variedGenome(
        parents.flatMap(s => (s.x === null ? [] : [s.x])),
        spaceOf(parents[0].task),
        r,
        scale,
      ),
  },
}
