import { expect, test } from 'vitest'
import { AddressedRandom } from '../kernel/index.ts'
import { groupRows } from '../learn/from-trees.ts'
import { decode, encode } from '../model/seedling/index.ts'
import { answered, demonstration } from './answers.ts'
import { handmade, illegal, right, says, wrong } from './fixture/hand.ts'
import { augmented, firstChunks, igpo } from './igpo.ts'
import { prefixRft, prefixRows } from './prefix-rft.ts'
import { answersOf, successOf } from './spec.ts'

const random = (n = 1) => new AddressedRandom(n, 0, 0, 'test')
const spoken = (r: { tokens: readonly number[]; segment: readonly string[] }, who: string): string =>
  decode(r.tokens.filter((_, t) => r.segment[t] === who))

test('what could not be read is an answer that is wrong; what was cut off is none', async () => {
  const h = await handmade([right, wrong, illegal, right, says('13 - 9 = 4 : 4', true)])
  expect(h.refused!.map(r => [decode(r.ids), r.ended])).toEqual([
    [illegal, true],
    ['13 - 9 = 4 : 4', false],
  ])
  expect(answersOf(h)).toEqual({ right: 2, wrong: 2 })
  expect(successOf(h)).toBe(0.5)
  expect(answered(h).map(x => [spoken(x.row, 'policy'), x.reward, x.ended])).toEqual([
    [right, 1, true],
    [right, 1, true],
    [wrong, 0, true],
    [illegal, 0, true],
    ['13 - 9 = 4 : 4', 0, false],
  ])
})
test('a group learns against illegal text, and a group of nothing else than right and illegal answers teaches', async () => {
  const h = await handmade([right, illegal, wrong, illegal])
  const rows = groupRows([h], { centre: 'group', scale: 'none' })
  expect(rows.map(r => [spoken(r, 'policy'), r.reward, r.advantage])).toEqual([
    [right, 1, 0.75],
    [wrong, 0, -0.25],
    [illegal, 0, -0.25],
    [illegal, 0, -0.25],
  ])
  const { refused: _, ...blind } = await handmade([right, illegal])
  expect(groupRows([blind], { centre: 'group', scale: 'none' })).toEqual([])
  expect(groupRows([await handmade([right, illegal])], { centre: 'group', scale: 'none' }).map(r => r.advantage)).toEqual([0.5, -0.5])
  // By the tree: the refused answer is a leaf where it was asked for.
  const tree = groupRows([h], 'tree').map(r => r.advantage as number)
  expect(tree[2]).toBe(tree[3])
  expect(tree[0]).toBeGreaterThan(0)
  expect(tree.reduce((s, x) => s + x, 0)).toBeCloseTo(0)
})
test('an answer that goes on from a hint is read whole, and told apart by who wrote what', async () => {
  const hint = '13 - 9 ='
  const h = await handmade([right.slice(hint.length + 1), '5 : 4 5 10 ; 10 + 4 = 14 : 5 14 ; 14 + 5 = 19 $'], { hint })
  expect(answered(h).map(x => [spoken(x.row, 'prompt'), spoken(x.row, 'prefix'), spoken(x.row, 'policy'), x.reward])).toEqual([
    ['24 : 4 9 10 13 ;', hint, right.slice(hint.length + 1), 1],
    ['24 : 4 9 10 13 ;', hint, '5 : 4 5 10 ; 10 + 4 = 14 : 5 14 ; 14 + 5 = 19 $', 0],
  ])
  expect(decode(demonstration(h)!)).toBe(right)
  expect(demonstration(await handmade([wrong]))).toBeNull()
})

test('prefix-rft: a hinted success is worth its reward; its hint what that is above the free answers', async () => {
  const free = await handmade([right, wrong, wrong, illegal])
  const hint = '13 - 9 = 4 :'
  const good = await handmade([right.slice(hint.length + 1)], { hint })
  const rows = prefixRows(free, [good])
  const hinted = rows.at(-1)!
  expect(spoken(hinted, 'prefix')).toBe(hint)
  const of = (who: string) => [...new Set((hinted.advantage as number[]).filter((_, t) => hinted.segment[t] === who))]
  expect([of('prompt'), of('prefix'), of('policy')]).toEqual([[0], [0.75], [1]])
  // The free answers' own mean: the hinted one is not in it. Deviation of 1, 0, 0, 0: 0.5.
  expect(rows.slice(0, 4).map(r => r.advantage)).toEqual([0.75, -0.25, -0.25, -0.25].map(x => expect.closeTo(x / 0.5001, 6)))
  const bad = await handmade(['4 4 10 ; 10 + 4 = 14 : 4 14 ; 14 + 4 = 18 $'], { hint })
  expect(new Set(prefixRows(free, [bad]).at(-1)!.advantage as number[])).toEqual(new Set([0, -0.25]))
  // A group that is all right teaches by its hint alone, and that one nothing about the hint.
  const easy = await handmade([right, right])
  expect(prefixRows(easy, [good]).map(r => [...new Set(r.advantage as number[])])).toEqual([[0, 1]])
})
test('prefix-rft: hints begin as nearly all of the demonstration and end as any part of it', async () => {
  const demo = await handmade([right])
  const length = (progress: number, n: number) => {
    const [words] = prefixRft.hinted!.hints(demo, demo, { round: 1, progress, random: random(n) } as never)
    expect(right.startsWith(words)).toBe(true)
    return encode(words).length / encode(right).length
  }
  const lengths = (progress: number) => Array.from({ length: 40 }, (_, n) => length(progress, n))
  expect(Math.min(...lengths(0))).toBeGreaterThan(0.9)
  expect(Math.min(...lengths(3))).toBeLessThan(0.15)
  expect(Math.max(...lengths(3))).toBeLessThan(1)
  expect(prefixRft.hinted!.hints(demo, undefined, { round: 1, progress: 0, random: random() } as never)).toEqual([])
})

test('igpo: hints enter only where all failed, in place of failures, and never the last step', async () => {
  const failed = await handmade([wrong, wrong, illegal, wrong, wrong, wrong, wrong, wrong])
  const hint = '13 - 9 = 4 : 4 4 10 ;'
  const rest = right.slice(hint.length + 1)
  const hinted = [
    ...(await Promise.all([1, 2, 3, 4, 5].map(() => handmade([rest], { hint })))),
    await handmade(['10 + 4 = 14 : 4 14 ; 14 + 4 = 18 $'], { hint }),
  ]
  const rows = augmented(failed, hinted, random())
  expect(rows).toHaveLength(8)
  const good = rows.filter(r => r.reward === 1)
  expect(good.map(r => [spoken(r, 'prefix'), r.advantage])).toEqual([1, 2, 3, 4].map(() => [hint, 0.5]))
  expect(rows.filter(r => r.reward === 0).every(r => r.advantage === -0.5 && !r.segment.includes('prefix'))).toBe(true)
  // No success, no gradient; a success of its own, no hint.
  expect(augmented(failed, hinted.slice(-1), random())).toEqual([])
  const mixed = await handmade([right, wrong, wrong, wrong])
  expect(augmented(mixed, hinted, random()).map(r => r.advantage)).toEqual([0.75, -0.25, -0.25, -0.25])
  expect([failed, mixed].map(igpo.again!.when)).toEqual([true, false])
  const reference = await handmade(
    right.match(/[^;]+[;$]/g)!.map(s => s.trim()),
    { method: 'greedy', knobs: {} },
  )
  for (let n = 0; n < 20; n++) {
    const hints = igpo.hinted!.hints(failed, reference, { round: 1, progress: 0, random: random(n) } as never)
    expect(hints).toHaveLength(8)
    for (const x of hints) expect('13 - 9 = 4 : 4 4 10 ; 10 - 4 = 6 : 4 6 ;'.startsWith(x)).toBe(true)
  }
  const chunks = Array.from(
    { length: 200 },
    (_, n) =>
      firstChunks(
        Array.from({ length: 100 }, (_, i) => i),
        random(n),
      ).length,
  )
  expect(Math.min(...chunks)).toBeGreaterThan(8)
  expect(Math.max(...chunks)).toBeLessThan(75)
})
