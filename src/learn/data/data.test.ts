import fc from 'fast-check'
import { parquetReadObjects } from 'hyparquet'
import { describe, expect, test } from 'vitest'
import type { NodeId, PureWorld } from '../../contract/index.ts'
import { Failure, FlatTree } from '../../kernel/index.ts'
import { bestOfN, gumbelSearch } from '../../method/index.ts'
import { simulated } from '../../model/index.ts'
import { labels as judged } from '../../reward/index.ts'
import { run } from '../../runtime/index.ts'
import { game24 } from '../../world/index.ts'
import { dataCardText, figuresOf } from './card.ts'
import { critiquesOf, groupOf, imitationsOf, rankingsOf, stepwiseOf, unpairedOf } from './examples.ts'
import { checkRow, type Format, formats, kindOf, readRows, rowOf } from './formats.ts'
import { distanceLabels, gains, hardLabels, lookBackLabels, softLabels } from './labels.ts'
import { editShare, pairsOf, processPairs } from './pairs.ts'
import { toParquet } from './parquet.ts'
import { prefixTree, readPrefixTree } from './prefix-tree.ts'
import { Teller } from './teller.ts'

/** Words a step; a state is the words so far. `+` at the end: right, `-`: wrong, `?`: cut off. */
const words: PureWorld<string, string, string, null> = {
  kind: 'pure',
  id: 'words',
  start: () => '',
  step: (s, a) => (s === '' ? a : `${s} ${a}`),
  outcome: s => (/[+-]$/.test(s) ? { answer: s, reward: s.endsWith('+') ? 1 : 0 } : null),
  render: c => [{ role: 'user', content: `after "${c.state}"` }],
  parse: t => t,
}
function grown(...paths: readonly string[]): { t: FlatTree<string, string, string>; at: (path: string) => NodeId } {
  const t = new FlatTree<string, string, string>('', { outcome: s => words.outcome(s) })
  const known = new Map<string, NodeId>([['', t.root]])
  for (const path of paths) {
    let s = ''
    for (const a of path.split(' ')) {
      const next = words.step(s, a)
      if (!known.has(next)) {
        const e = t.edge(known.get(s)!, a, a, { rank: t.size })
        t.take(e, next)
        known.set(next, e as NodeId)
        if (words.outcome(next)) t.R[e as NodeId] = words.outcome(next)!.reward!
      }
      s = next
    }
  }
  return { t, at: path => known.get(path)! }
}
describe('labels', () => {
  test('reasoning distance, worked out by hand', () => {
    // A right chain of three steps; a wrong sibling of the second, with a wrong child.
    const { t, at } = grown('a b c+', 'a w x-')
    const v = distanceLabels(t)
    for (const [path, x] of [
      ['', 0],
      ['a', 1 / 3],
      ['a b', 2 / 3],
      ['a b c+', 1],
      ['a w', 1 / 9],
      ['a w x-', 0],
    ] as const)
      expect(v[at(path)], path).toBeCloseTo(x, 12)
  })
  test('no right end, no labels; what was cut off is not labelled', () => {
    expect([...distanceLabels(grown('a b-').t)].every(Number.isNaN)).toBe(true)
    const { t, at } = grown('a b+', 'a c')
    expect(distanceLabels(t)[at('a c')]).toBeNaN()
    expect(softLabels(t)[at('a c')]).toBeNaN()
    expect(hardLabels(t)[at('a')]).toBe(1)
  })
  test('shares, gains and look-back', () => {
    const { t, at } = grown('a b+', 'a c-', 'd e-')
    const soft = softLabels(t)
    expect([soft[at('')], soft[at('a')], soft[at('d')]]).toEqual([1 / 3, 1 / 2, 0])
    expect(hardLabels(t)[at('d')]).toBe(0)
    expect(gains(t, soft)[at('a')]).toBeCloseTo(1 / 6, 12)
    expect(gains(t, soft)[t.root]).toBeNaN()
    const back = lookBackLabels(t, soft)
    expect(back[at('a c-')]).toBeCloseTo(-0.5, 12)
    expect(back[at('a b+')]).toBeCloseTo(1.5, 12)
  })
  test('a low estimate between two high ones is smoothed', () => {
    const { t, at } = grown('a b c+')
    const v = Float64Array.from({ length: t.size }, () => 0.9)
    v[at('a b')] = 0.2
    expect(lookBackLabels(t, v)[at('a b')]).toBeCloseTo(-0.5, 12)
    expect(lookBackLabels(t, v, { soft: true })[at('a b')]).toBeCloseTo(0.2, 12)
  })
  test('values of distance lie in [0, 1], rise along right paths and are 1 at right ends', () => {
    const step = fc.constantFrom('a', 'b', 'c')
    const path = fc
      .tuple(fc.array(step, { minLength: 1, maxLength: 5 }), fc.constantFrom('x+', 'y-', 'z'))
      .map(([xs, end]) => [...xs, end].join(' '))
    fc.assert(
      fc.property(fc.array(path, { minLength: 1, maxLength: 12 }), paths => {
        const { t } = grown(...paths)
        const v = distanceLabels(t)
        for (let n = 0; n < t.size; n++) {
          if (Number.isNaN(v[n])) continue
          expect(v[n]).toBeGreaterThanOrEqual(0)
          expect(v[n]).toBeLessThanOrEqual(1)
          if (t.R[n as NodeId] === 1) expect(v[n]).toBe(1)
        }
      }),
      { numRuns: 60 },
    )
  })
})

describe('pairs', () => {
  const { t, at } = grown('a b+', 'a c-', 'd e-', 'f g')
  const teller = new Teller(t, words)
  test('siblings by label', () => {
    const found = pairsOf(teller)
    expect(found.map(p => [p.prompt[0].content, p.chosen, p.rejected, p.margin])).toEqual([
      ['after ""', 'a', 'd', 0.5],
      ['after "a"', 'b+', 'c-', 1],
    ])
    expect(pairsOf(teller, { margin: 0.6 })).toHaveLength(1)
    expect(pairsOf(teller, { most: 1 })[0].chosen).toBe('b+')
    expect(pairsOf(teller, { minVisits: 1 })).toEqual([])
    expect(found[1].source.node).toBe(t.key(at('a')))
  })
  test('what led to an answer against what stood beside it', () => {
    const found = pairsOf(teller, { kind: 'success' })
    expect(found.map(p => [p.chosen, p.rejected])).toEqual([
      ['a', 'd'],
      ['a', 'f'],
      ['b+', 'c-'],
    ])
    // A sibling with a right end below is no counterexample.
    expect(pairsOf(new Teller(grown('a b+', 'a c+').t, words), { kind: 'success' })).toEqual([])
  })
  test('from a state on, and whole answers', () => {
    expect(pairsOf(teller, { kind: 'checkpoint' }).map(p => [p.chosen, p.rejected])).toEqual([
      ['a\nb+', 'd\ne-'],
      ['b+', 'c-'],
    ])
    expect(pairsOf(teller, { kind: 'answers' }).map(p => [p.chosen, p.rejected])).toEqual([['a\nb+', 'a\nc-']])
  })
  test('texts that are nearly alike are left out', () => {
    expect([editShare('x y z', 'x y z'), editShare('x y z', 'x y'), editShare('', 'x')]).toEqual([0, 1 / 3, 1])
    const { t } = grown('aa b+', 'aa c-')
    expect(pairsOf(new Teller(t, words), { minEdit: 1.1 })).toEqual([])
  })
  describe('for a process preference model', () => {
    const pairs = (qs: Readonly<Record<string, number>>, ...paths: readonly string[]) => {
      const { t, at } = grown(...paths)
      for (const [path, q] of Object.entries(qs)) t.Q[at(path)] = q
      return processPairs(new Teller(t, words)).map(p => [p.prompt[0].content, p.chosen, p.rejected, p.weight])
    }
    const ends = { 'a x+': 1, 'b x+': 1, 'c x+': 1, 'd y-': -1, 'e y-': -1, 'f y-': -1 }
    test('the two of greatest Q that reach a right end against the two of least that reach a wrong one', () => {
      const found = pairs({ a: 0.9, b: 0.2, c: 0.8, d: -0.9, e: -0.1, f: -0.8, ...ends }, ...Object.keys(ends))
      expect(found.slice(0, 4)).toEqual(['a', 'c'].flatMap(g => ['d', 'f'].map(b => ['after ""', g, b, 1 / 4])))
      // Whole answers: of two equal means the earlier.
      expect(found.slice(4)).toEqual(['a\nx+', 'c\nx+'].flatMap(g => ['d\ny-', 'f\ny-'].map(b => ['after ""', g, b, 1 / 4])))
    })
    test('four beside one; a margin of a half; the way on must be better too', () => {
      const one = pairs({ a: 0.9, d: -0.9, e: 0.5, f: -0.8, ...ends }, 'a x+', 'd y-', 'e y-', 'f y-')
      expect(one.slice(0, 2).map(p => p[2])).toEqual(['d', 'f'])
      expect(one.slice(2)).toHaveLength(3)
      // a is more than d by Q, and less on the ways on.
      expect(pairs({ a: 0.3, 'a w': -0.9, 'a w x+': -0.9, d: -0.3, 'd y-': -0.1 }, 'a w x+', 'd y-')).toEqual([])
    })
    test('no place with one outcome, no last step by itself, no place without Q', () => {
      expect(pairs({ a: 0.9, b: -0.9, 'a x+': 1, 'b x+': 1 }, 'a x+', 'b x+')).toEqual([])
      expect(pairs({ a: 0, 'a x+': 1, 'a y-': -1 }, 'a x+', 'a y-')).toEqual([['after ""', 'a\nx+', 'a\ny-', 1]])
      expect(pairs({}, 'a x+', 'b y-')).toEqual([])
    })
  })
  test('both outcomes', () => {
    expect(pairsOf(new Teller(grown('a+', 'b-').t, words), { bothOutcomes: true })).toHaveLength(1)
    expect(pairsOf(new Teller(grown('a+', 'b').t, words), { bothOutcomes: true })).toEqual([])
  })
})

test('the rest of what a tree gives', () => {
  const { t, at } = grown('a b+', 'a c-', 'd e-', 'f g')
  t.M[at('a b+')] = 2
  t.Q[at('a')] = 0.5
  const teller = new Teller(t, words)
  expect(imitationsOf(teller).map(x => x.completion)).toEqual(['a\nb+'])
  expect(imitationsOf(teller, { scope: 'steps' }).map(x => [x.prompt[0].content, x.completion])).toEqual([
    ['after ""', 'a'],
    ['after "a"', 'b+'],
  ])
  expect(imitationsOf(teller, { maxSteps: 1 })).toEqual([])
  expect(unpairedOf(teller).map(x => [x.completion, x.label])).toEqual([
    ['a\nb+', true],
    ['a\nc-', false],
    ['d\ne-', false],
  ])
  expect(stepwiseOf(teller).map(x => [x.completions, x.labels])).toEqual([
    [
      ['a', 'b+'],
      [true, true],
    ],
    [
      ['a', 'c-'],
      [true, false],
    ],
    [
      ['d', 'e-'],
      [false, false],
    ],
  ])
  const [g] = groupOf(teller)
  expect(g.rewards).toEqual([1, 1, 0, 0])
  expect(g.advantages[0][1]).toBeCloseTo(1 - softLabels(t)[at('a')], 12)
  expect(rankingsOf(teller).map(x => x.worth)).toEqual([
    [2 / 3, 0],
    [1, 0],
  ])
  expect(critiquesOf(teller)).toEqual([])
  expect(teller.spans(at('a b+')).map(x => x.segment)).toEqual(['prompt', 'demo', 'demo'])
})

const search = () =>
  run(
    {
      world: game24,
      method: gumbelSearch,
      model: simulated({ oracle: game24.oracle!, error: 0.2, seed: 1 }),
      value: judged({ samples: 1 }),
      budget: { calls: 120 },
      knobs: { untilSolved: false },
    },
    '4 9 10 13',
    { seed: 1 },
  )

describe('formats', () => {
  test('every format of a real tree has the documented columns, as text and as messages, and reads back', async () => {
    const r = await search()
    const teller = new Teller(r.tree as FlatTree, game24)
    const made = {
      sft: imitationsOf(teller),
      preference: pairsOf(teller),
      unpaired: unpairedOf(teller),
      stepwise: stepwiseOf(teller),
      group: groupOf(teller),
      ranking: rankingsOf(teller),
    }
    for (const format of Object.keys(formats) as Format[]) {
      const examples = made[kindOf[format] as keyof typeof made]
      if (examples === undefined) continue
      expect(examples.length, format).toBeGreaterThan(0)
      for (const chat of [false, true]) {
        const rows = examples.map(x => rowOf(x, format, { chat, more: true }))
        for (const row of rows) checkRow(row, format, format)
        const lines = rows.map(x => JSON.stringify(x)).join('\n')
        expect(readRows(lines, format)).toEqual(JSON.parse(`[${rows.map(x => JSON.stringify(x)).join(',')}]`))
      }
    }
    // A whole solution stands under a prompt that asks for one, and ends as the world wants it.
    expect(made.sft[0].completion).toMatch(/Answer: .* = 24$/)
    expect(made.sft[0].prompt.at(-1)!.content).toContain('all remaining steps')
    const about = { runs: ['r'], worlds: ['game24'], methods: ['x'], models: ['y'], filters: {} }
    const card = dataCardText({ ...about, format: 'unpaired', spend: { calls: 3, inputTokens: 7, usd: null }, ...figuresOf(made.unpaired) })
    for (const line of [
      /^- rows: \d+$/m,
      /^- share of right labels: [\d.]+$/m,
      /^- words a completion: /m,
      /^- spent on the runs: 3 calls, 7 input tokens, unknown US dollars$/m,
    ])
      expect(card).toMatch(line)
    const tree = dataCardText({ ...about, format: 'tree', spend: {}, rows: 1, length: { mean: 0, longest: 0 }, figures: {} })
    expect(tree).toMatch(/^- trees: 1$/m)
    expect(tree).not.toContain('words a completion')
  })
  test('a wrong column is one line that names file, line and column', () => {
    const cases: [Format, object, RegExp][] = [
      ['preference', { prompt: 'x', chosen: 'y' }, /^data, line 1: column rejected: expected a text or messages, found nothing$/],
      ['stepwise', { prompt: 'x', completions: ['a'], labels: [1] }, /column labels: expected a list of true and false, found \[1\]/],
      ['stepwise', { prompt: 'x', completions: ['a', 'b'], labels: [true] }, /expected one for each of 2 completions, found 1/],
      ['group', { prompt: 'x', completions: ['a'], rewards: [null] }, /column rewards: expected a list of finite numbers/],
      ['unpaired', { prompt: 'x', completion: 'y', label: 'yes' }, /column label: expected true or false, found "yes"/],
    ]
    for (const [format, row, said] of cases) {
      expect(() => readRows(JSON.stringify(row), format)).toThrow(said)
      expect(() => readRows(JSON.stringify(row), format)).toThrow(Failure)
    }
    expect(() => readRows('{"prompt": NaN}', 'sft', 'x.jsonl')).toThrow('x.jsonl, line 1: expected JSON')
    expect(() => readRows('[1]', 'sft')).toThrow('expected an object')
  })
  test('Parquet holds what JSON Lines hold', async () => {
    const r = await search()
    const teller = new Teller(r.tree as FlatTree, game24)
    const rows = [...stepwiseOf(teller).map(x => rowOf(x, 'stepwise', { more: true }))]
    const bytes = toParquet(rows)
    const back = await parquetReadObjects({ file: bytes.buffer as ArrayBuffer })
    expect(JSON.parse(JSON.stringify(back))).toEqual(JSON.parse(JSON.stringify(rows)))
    expect(() => toParquet([])).toThrow('no row')
  })
})

describe('prefix trees', () => {
  test('read back to the same tree', async () => {
    for (const method of [gumbelSearch, bestOfN]) {
      const r = await run(
        {
          world: game24,
          method,
          model: simulated({ oracle: game24.oracle!, error: 0.2, seed: 1 }),
          value: judged({ samples: 1 }),
          budget: { calls: 60 },
        },
        '4 9 10 13',
        { seed: 2 },
      )
      const t = r.tree as FlatTree
      const lines = [...prefixTree(new Teller(t, game24), { run: 'r-1' })]
      const rules = { outcome: (s: never) => game24.outcome(s), key: (s: never) => game24.key!(s) }
      const { tree, head } = readPrefixTree(lines, rules)
      expect([tree.digest(), tree.fingerprint, tree.size]).toEqual([t.digest(), t.fingerprint, t.size])
      expect(head.run).toBe('r-1')
      expect([...prefixTree(new Teller(tree, game24), { run: 'r-1' })]).toEqual(lines)
    }
  })
  test('damage is named by line', () => {
    const { t } = grown('a b+')
    const lines = [...prefixTree(new Teller(t, words))]
    const rules = { outcome: (s: string) => words.outcome(s) }
    expect(() => readPrefixTree(lines.slice(0, -1), rules)).toThrow(/line 3: expected 3 edges, found 2/)
    expect(() => readPrefixTree(['{}'], rules)).toThrow(/line 1/)
    expect(() => readPrefixTree([lines[0], lines[1], lines[3], lines[2]], rules)).toThrow(/line 3: expected edge 1/)
  })
})

test('prompt and completion, joined as they stand, are the text of language modelling', () => {
  const [x] = imitationsOf(new Teller(grown('a b+').t, words))
  const { prompt, completion } = rowOf(x, 'sft') as { prompt: string; completion: string }
  expect(rowOf(x, 'language-modeling').text).toBe(prompt + completion)
  expect(prompt).toMatch(/\S\n$/)
  expect(completion).toMatch(/^\S/)
})
