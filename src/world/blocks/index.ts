// Blocks world: towers of blocks on a table, and a hand that holds one.
import type { Random } from '../../contract/index.ts'
import { Failure } from '../../kernel/failure.ts'
import type { Domain } from '../path/index.ts'
import { type PathWorld, pathWorld } from '../path/index.ts'
import { type Blocks, clear, deeds, distance, done, type Fact, holding, holds, inHand, mostExact, table, towersOf } from './towers.ts'

export type { Blocks, Fact as BlocksFact } from './towers.ts'

const colours = ['red', 'blue', 'green', 'yellow', 'orange', 'white', 'black', 'pink', 'brown', 'grey', 'purple', 'cyan']
const example = 'red on blue, blue on table, green on table -> blue on red'
const wrong = (what: string): Failure => new Failure('usage', `blocks: ${what}`, `a task looks like "${example}"`)

const nameOf = (b: Blocks, i: number): string => (i === table ? 'table' : b.names[i])
const factText = (b: Blocks, f: Fact): string => `${b.names[f.block]} on ${nameOf(b, f.on)}`
/** Facts as one types them, tower by tower from the top. */
function text(b: Blocks): string {
  const held = holding(b.on)
  const facts = towersOf(b.on).flatMap(tower => tower.map(block => factText(b, { block, on: b.on[block] })).reverse())
  return `${[...facts, ...(held < 0 ? [] : [`${b.names[held]} in hand`])].join(', ')} -> ${b.goal.map(f => factText(b, f)).join(', ')}`
}

/** `red on blue, blue on table -> blue on red`: how it stands, and what is wanted. */
function read(input: string): Blocks {
  const sides = input.split(/->|=>|\u2192/)
  if (sides.length !== 2) throw wrong(`expected how it stands, "->", and what is wanted, found "${input.trim().slice(0, 120)}"`)
  const facts = (side: string): { block: string; on: string }[] =>
    side
      .split(/[,;]|\band\b/)
      .map(f => f.trim())
      .filter(f => f !== '')
      .map(f => {
        const m = /^(?:the\s+)?(\w+)(?:\s+block)?\s+(?:is\s+)?(?:on|in)\s+(?:top\s+of\s+)?(?:the\s+)?(\w+)(?:\s+block)?$/i.exec(f)
        if (m === null) throw wrong(`expected "red on blue" or "red on table", found "${f.slice(0, 60)}"`)
        return { block: m[1].toLowerCase(), on: m[2].toLowerCase() }
      })
  const [now, want] = sides.map(facts)
  if (now.length === 0) throw wrong('there are no blocks')
  if (want.length === 0) throw wrong('nothing is wanted')
  const names = [...new Set(now.map(f => f.block))].sort()
  if (names.length > colours.length) throw wrong(`expected at most ${colours.length} blocks, found ${names.length}`)
  const place = (name: string): number => {
    if (name === 'table') return table
    const i = names.indexOf(name)
    if (i < 0) throw wrong(`where is ${name}?`)
    return i
  }
  const on: number[] = names.map(() => Number.NaN)
  for (const f of now) {
    const i = place(f.block)
    if (i === table) throw wrong('the table stands on nothing')
    if (!Number.isNaN(on[i])) throw wrong(`${f.block} is in two places`)
    on[i] = f.on === 'hand' ? inHand : place(f.on)
  }
  const goal = want.map(f => ({ block: place(f.block), on: place(f.on) }))
  if (on.filter(x => x === inHand).length > 1) throw wrong('two blocks are in the hand')
  tower(on, names, 'stands')
  if (goal.some(f => f.block === table)) throw wrong('the table stands on nothing')
  if (new Set(goal.map(f => f.block)).size < goal.length) throw wrong('one block is wanted in two places')
  tower(
    names.map((_, i) => goal.find(f => f.block === i)?.on ?? table),
    names,
    'is wanted',
  )
  return { names, on, goal }
}
/** No block on itself, none on two, none on top of the one that carries it. */
function tower(on: readonly number[], names: readonly string[], what: string): void {
  for (let i = 0; i < on.length; i++) {
    if (on[i] >= 0 && on.indexOf(on[i]) !== i) throw wrong(`two blocks on ${names[on[i]]}: that is not how it ${what}`)
    if (on[i] >= 0 && on[on[i]] === inHand) throw wrong(`${names[i]} is on a block that is in the hand`)
    let steps = 0
    for (let x = i; x >= 0; x = on[x]) if (++steps > on.length) throw wrong(`${names[i]} is above itself: that is not how it ${what}`)
  }
}

const shown = (b: Blocks, { block, to }: { block: number; to: number }): string =>
  to === inHand
    ? b.on[block] === table
      ? `pick up ${b.names[block]}`
      : `unstack ${b.names[block]} from ${b.names[b.on[block]]}`
    : to === table
      ? `put down ${b.names[block]}`
      : `stack ${b.names[block]} on ${b.names[to]}`

export const blocksDomain: Domain<Blocks> = {
  id: 'blocks',
  describe: 'Blocks world: find the plan that brings blocks onto each other as wanted; exact for up to seven',
  about: () =>
    'Blocks stand on a table or on each other, and a hand can hold one. With an empty hand: "pick up red" from the table, or "unstack red from blue", ' +
    'where nothing is on red. With red in the hand: "put down red" on the table, or "stack red on blue", where nothing is on blue. ' +
    'A place says how it stands, and after -> what is wanted.',
  examples: [example, 'red on table, blue on red, green on blue -> red on green, green on table'],
  example: { place: 'blue on table, red on blue -> red on table', move: 'unstack red from blue' },
  text,
  read,
  moves: b => deeds(b.on).map(d => shown(b, d)),
  apply(b, move) {
    const deed = deeds(b.on).find(d => shown(b, d) === move)
    return deed === undefined ? `${move}: ${why(b, move)}` : { ...b, on: done(b.on, deed) }
  },
  move(line, b) {
    const t = line
      .toLowerCase()
      .replace(/^\s*(?:[-*>]|\(?\d{1,3}[.):])\s+/, '')
      .replace(/\b(?:the|block|to|of|top|table)\b/g, ' ')
      .replace(/[.,!()]/g, ' ')
      .replace(/\s+/g, ' ')
      .trim()
      .replace(/ on$/, '')
      .replace(/^(put|pick) (\w+) (down|up)$/, '$1 $3 $2')
    const m = /^(pick ?up|unstack|put ?down|stack) (\w+)(?: (?:from|off|on|onto) (\w+))?$/.exec(t)
    if (m === null || !b.names.includes(m[2]) || (m[3] !== undefined && !b.names.includes(m[3]))) return null
    const verb = m[1].replace(/^(pick|put) ?/, '$1 ')
    if (verb === 'stack') return m[3] === undefined ? null : `stack ${m[2]} on ${m[3]}`
    if (verb === 'unstack') {
      const from = m[3] ?? b.names[b.on[b.names.indexOf(m[2])]]
      return from === undefined ? null : `unstack ${m[2]} from ${from}`
    }
    return `${verb} ${m[2]}`
  },
  there: holds,
  distance,
  exact: b => b.names.length <= mostExact,
  /** Size: blocks. The goal is another way they could stand. */
  sample(random: Random, size) {
    const names = colours.slice(0, size).sort()
    const on = towers(random, size)
    const wanted = towers(random, size)
    const goal = wanted.flatMap((below, block) => (below === table ? [] : [{ block, on: below }]))
    const b: Blocks = { names, on, goal: goal.length > 0 ? goal : [{ block: 0, on: 1 % size }] }
    return b
  },
  sizes: { least: 2, most: 12, usual: 4 },
}
/** Blocks put down one after the other, each on the table or on a tower. */
function towers(random: Random, n: number): number[] {
  const on = new Array<number>(n).fill(table)
  const tops: number[] = []
  for (const i of random.shuffle(on.map((_, k) => k))) {
    const where = random.int(tops.length + 1)
    if (where < tops.length) on[i] = tops[where]
    tops[where] = i
  }
  return on
}
function why(b: Blocks, move: string): string {
  const [, block] = /(?:pick up|unstack|put down|stack) (\w+)/.exec(move) ?? []
  const i = b.names.indexOf(block)
  const held = holding(b.on)
  if (held >= 0 && /^(pick|unstack)/.test(move)) return `the hand holds ${b.names[held]}`
  if (/^(put|stack)/.test(move)) return held === i ? 'something is on it' : `${block} is not in the hand`
  return clear(b.on, i) ? 'it does not stand there' : 'something is on it'
}

export const blocks: PathWorld<Blocks> = pathWorld(blocksDomain)
