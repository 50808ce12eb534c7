import { describe, expect, test } from 'vitest'
import { AddressedRandom } from '../../kernel/index.ts'
import { blocks, blocksDomain as domain } from './index.ts'
import { bound, deeds, distance, done, inHand, table, towersOf } from './towers.ts'

const step = (place: string, ...moves: string[]): string => {
  let b = domain.read(place)
  for (const m of moves) {
    const next = domain.apply(b, m)
    if (typeof next === 'string') throw new Error(next)
    b = next
  }
  return domain.text(b)
}

test("Sussman's anomaly takes six moves, and not by one goal after the other", () => {
  const b = domain.read('red on table, green on red, blue on table -> red on blue, blue on green')
  expect(domain.distance(b)).toBe(6)
  const plan = ['unstack green from red', 'put down green', 'pick up blue', 'stack blue on green', 'pick up red', 'stack red on blue']
  let at = b
  for (const m of plan) at = domain.apply(at, m) as typeof b
  expect(domain.there(at)).toBe(true)
})

describe('rules', () => {
  const place = 'red on blue, blue on table, green on table -> blue on red'
  test('only what is clear can be taken, only with an empty hand', () => {
    expect(domain.moves(domain.read(place))).toEqual(['pick up green', 'unstack red from blue'])
    expect(domain.moves(domain.read(step(place, 'pick up green')))).toEqual(['put down green', 'stack green on red'])
    for (const [move, why] of [
      ['pick up blue', 'something is on it'],
      ['pick up red', 'does not stand there'],
      ['stack green on red', 'not in the hand'],
    ])
      expect(domain.apply(domain.read(place), move)).toContain(why)
    expect(domain.apply(domain.read(step(place, 'pick up green')), 'unstack red from blue')).toContain('the hand holds green')
  })
  test('any number of moves keeps every block in one place', () => {
    const r = new AddressedRandom(3, 0, 0, 'test')
    let on = [table, 0, 1, table, 3]
    for (let i = 0; i < 300; i++) {
      on = done(on, r.pick(deeds(on)))
      const held = on.filter(x => x === inHand).length
      expect(held).toBeLessThanOrEqual(1)
      expect(towersOf(on).flat().length + held).toBe(5)
      const carrying = on.filter(x => x >= 0)
      expect(new Set(carrying).size).toBe(carrying.length)
    }
  })
})

test('places of four blocks: 73 towers, and 52 ways to hold one of them', () => {
  const seen = new Map([[[table, table, table, table].join(), [table, table, table, table]]])
  for (const on of seen.values()) for (const d of deeds(on)) if (!seen.has(done(on, d).join())) seen.set(done(on, d).join(), done(on, d))
  const held = [...seen.values()].filter(on => on.includes(inHand)).length
  expect([seen.size - held, held]).toEqual([73, 4 * 13])
})

test('the lower bound is never above the distance', () => {
  for (let seed = 0; seed < 80; seed++) {
    const r = new AddressedRandom(seed, 0, 0, 'test')
    const b = domain.sample(r, 5)
    let on = b.on
    for (let i = r.int(4); i > 0; i--) on = done(on, r.pick(deeds(on)))
    expect(bound({ on, goal: b.goal })).toBeLessThanOrEqual(distance({ on, goal: b.goal }))
  }
})

test('what people write is read', () => {
  const b = domain.read('red on blue, blue on table, green in hand -> blue on red')
  for (const [line, move] of [
    ['Put down the green block.', 'put down green'],
    ['2. stack green on top of red', 'stack green on red'],
    ['put green down on the table', 'put down green'],
    ['Unstack the red block from the blue block', 'unstack red from blue'],
    ['- pick up red', 'pick up red'],
    ['dance', null],
    ['pick up purple', null],
  ] as const)
    expect(domain.move(line, b), line).toBe(move)
  expect(blocks.parseTask('the red block is on the blue block and blue on table -> the blue block is on the red block').place).toBe(
    'red on blue, blue on table -> blue on red',
  )
})

test.each([
  ['red on blue', /expected how it stands/],
  ['red on blue -> blue on red', /where is blue|two places|stands/],
  ['red on table, red on blue, blue on table -> blue on red', /in two places/],
  ['red on blue, blue on red -> red on table', /above itself/],
  ['red on table, blue on red, green on red -> green on table', /two blocks on red/],
  ['red on table, blue on table -> red on blue, blue on red', /above itself/],
  ['red on table, blue on table -> red on purple', /where is purple/],
  ['red on table, blue on table -> red on table', /reached already/],
  ['red beside blue -> blue on red', /expected "red on blue"/],
])('%s is refused', (task, why) => {
  expect(() => blocks.parseTask(task)).toThrow(why)
})
