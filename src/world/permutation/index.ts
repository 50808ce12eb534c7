// Permutation puzzles with as many actions as one likes: pancakes, sliding tiles, the 2x2x2 cube.
import type { Random } from '../../contract/index.ts'
import { Failure } from '../../kernel/failure.ts'
import type { Domain } from '../path/index.ts'
import { type PathWorld, pathWorld } from '../path/index.ts'
import { colours, cube, isCube } from './cube.ts'
import { pancake } from './pancake.ts'
import { type Macro, macros, type Puzzle, run, table, tabled } from './puzzle.ts'
import { sliding, solvableSliding } from './sliding.ts'

/** A place in a puzzle that is played with so many actions. */
export interface Arrangement {
  readonly puzzle: Puzzle
  readonly actions: readonly Macro[]
  readonly s: readonly number[]
}
const example = 'pancake 3 1 4 2'
const most = 5000
const families = 'pancake, 8-puzzle, 15-puzzle, cube'
const wrong = (what: string): Failure => new Failure('usage', `permutation: ${what}`, `a task looks like "${example}" or "cube:153 R U F'"`)

const eight = sliding(3)
const fifteen = sliding(4)
const pancakes = new Map<number, Puzzle>()
const pancakesOf = (n: number): Puzzle => {
  let p = pancakes.get(n)
  if (p === undefined) pancakes.set(n, (p = pancake(n)))
  return p
}

/** `FAMILY[:ACTIONS] ARRANGEMENT`. Pancakes are 1 .. n from the top, the gap among the tiles is 0; a cube is 24 stickers, or turns of a solved one. */
function read(text: string): Arrangement {
  const [head, ...rest] = text.trim().split(/\s+/)
  const m = /^(pancake|8-puzzle|15-puzzle|cube)(?::(\d+))?$/i.exec(head)
  if (m === null) throw wrong(`expected one of ${families}, found "${head.slice(0, 40)}"`)
  const family = m[1].toLowerCase()
  const body = rest.join(' ')
  let puzzle: Puzzle
  let s: readonly number[]
  if (family === 'cube') {
    puzzle = cube
    if (/^[wrgyob]{24}$/.test(body)) {
      s = [...body].map(c => colours.indexOf(c))
      if (!isCube(s)) throw wrong(`no turns of U, R and F lead to "${body}"`)
    } else {
      s = cube.goal
      for (const w of body === '' ? [] : body.split(' ')) {
        const turn = /^([URF])(2|')?$/.exec(w)
        if (turn === null) throw wrong(`expected turns U, R, F, with ' or 2, or 24 stickers, found "${w.slice(0, 40)}"`)
        const move = cube.base.indexOf(turn[1] + (turn[2] === "'" ? "'" : ''))
        s = run(cube, s, turn[2] === '2' ? [move, move] : [move])!
      }
    }
  } else {
    const xs = rest.flatMap(w => w.split(',')).map(w => (/^\d+$/.test(w) ? Number(w) : Number.NaN))
    const side = family === '8-puzzle' ? 3 : 4
    const n = family === 'pancake' ? xs.length : side * side
    if (family === 'pancake' && (n < 2 || n > 12)) throw wrong(`expected 2 to 12 pancakes, found ${n}`)
    s = family === 'pancake' ? xs.map(x => x - 1) : xs
    if (s.length !== n || new Set(s).size !== n || s.some(x => !(x >= 0 && x < n)))
      throw wrong(`expected each of ${family === 'pancake' ? `1 to ${n}` : `0 to ${n - 1}`} once, found "${body.slice(0, 80)}"`)
    if (family !== 'pancake' && !solvableSliding(s, side)) throw wrong(`these tiles cannot be brought in order: "${body.slice(0, 80)}"`)
    puzzle = family === 'pancake' ? pancakesOf(n) : side === 3 ? eight : fifteen
  }
  const count = m[2] === undefined ? puzzle.base.length : Number(m[2])
  if (count < puzzle.base.length || count > most) throw wrong(`expected ${puzzle.base.length} to ${most} actions, found ${count}`)
  return { puzzle, actions: macros(puzzle, count), s }
}
const familyOf = (p: Puzzle): string => p.name.replace(/^pancake-.*/, 'pancake')
const text = ({ puzzle, actions, s }: Arrangement): string => {
  const head = familyOf(puzzle) + (actions.length === puzzle.base.length ? '' : `:${actions.length}`)
  return `${head} ${puzzle === cube ? s.map(x => colours[x]).join('') : familyOf(puzzle) === 'pancake' ? s.map(x => x + 1).join(' ') : s.join(' ')}`
}
const same = (a: readonly number[], b: readonly number[]): boolean => a.every((x, i) => x === b[i])

const rules: Record<string, string> = {
  pancake: 'A pile of pancakes, by size, from the top. "flip k" turns the upper k over. The goal is 1 2 3 and so on from the top.',
  '8-puzzle': 'Tiles 1 to 8 and a gap 0 on three rows of three. The gap moves up, down, left or right. The goal is 1 2 3 4 5 6 7 8 0.',
  '15-puzzle':
    'Tiles 1 to 15 and a gap 0 on four rows of four. The gap moves up, down, left or right. The goal is 1 2 3 and so on, and then 0.',
  cube:
    "A cube of 2x2x2, its stickers by colour: up, right, front, down, left, back. U, R and F turn a face clockwise, U', R' and F' the other way. " +
    'The goal is one colour on each face.',
}
const tidy = (line: string): string =>
  line
    .replace(/^\s*(?:[-*>]|\(?\d{1,3}[.):])\s+/, '')
    .replace(/[\u2019\u2032`]/g, "'")
    .replace(/[.,!]+$/, '')
    .trim()
    .replace(/\s+/g, ' ')

export const permutationDomain: Domain<Arrangement> = {
  id: 'permutation',
  describe: 'Pancakes, sliding tiles, a 2x2x2 cube: as many actions as one likes, exact distances for small ones',
  about: ({ puzzle, actions }) =>
    rules[familyOf(puzzle)] +
    (actions.length > puzzle.base.length
      ? ` A move may be several of these in a row, written one after the other; it costs as many. There are ${actions.length} moves.`
      : ''),
  examples: [example, '8-puzzle 1 2 3 4 0 5 7 8 6', "cube R U F'", "cube:153 R U F' R"],
  example: { place: 'pancake 2 1 3', move: 'flip 2' },
  text,
  read,
  moves: ({ puzzle, actions, s }) => actions.filter(a => run(puzzle, s, a.moves) !== null).map(a => a.text),
  apply(at, move) {
    const macro = at.actions.find(a => a.text === move)
    const s = macro === undefined ? null : run(at.puzzle, at.s, macro.moves)
    return s === null ? `${move} cannot be done here` : { ...at, s }
  },
  move(line, { actions }) {
    const t = tidy(line)
    return actions.find(a => a.text.toLowerCase() === t.toLowerCase())?.text ?? null
  },
  there: ({ puzzle, s }) => same(s, puzzle.goal),
  cost: move => (move.startsWith('flip') ? move.split(' ').length / 2 : move.split(' ').length),
  distance: ({ puzzle, s }) => (tabled(puzzle) ? table(puzzle)[puzzle.index(s)] : puzzle.estimate(s)),
  exact: ({ puzzle }) => tabled(puzzle),
  /** Size: pancakes. */
  sample(random: Random, size) {
    const puzzle = pancakesOf(size)
    return { puzzle, actions: macros(puzzle, puzzle.base.length), s: random.shuffle(puzzle.goal) }
  },
  sizes: { least: 3, most: 12, usual: 6 },
}

export const permutation: PathWorld<Arrangement> = pathWorld(permutationDomain)

/** A place this many random base moves from the goal, none of which takes back the one before, to be played with `actions` actions. */
export function scrambled(
  family: 'pancake' | '8-puzzle' | '15-puzzle' | 'cube',
  moves: number,
  actions: number | undefined,
  random: Random,
  n = 8,
): string {
  const puzzle = { pancake: pancakesOf(n), '8-puzzle': eight, '15-puzzle': fifteen, cube }[family]
  let s: readonly number[] = puzzle.goal
  let last = -1
  for (let i = 0; i < moves; ) {
    const m = random.int(puzzle.base.length)
    const to = last >= 0 && puzzle.inverse[last] === m ? null : puzzle.apply(s, m)
    if (to === null) continue
    s = to
    last = m
    i++
  }
  return text({ puzzle, actions: macros(puzzle, actions ?? puzzle.base.length), s })
}
