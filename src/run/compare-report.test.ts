// What is said and drawn about a comparison.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { comparisonPlot } from './compare-plot.ts'
import { comparisonTable } from './compare-table.ts'
import { comparison, row } from './fixture/comparison.ts'

const base = row('best-of-n', 0.42, { calls: 108 })

describe('the verdict', () => {
  test('it paid', () => {
    expect(
      comparison([base, row('auto', 0.66, { difference: 0.24, p: 0.0004, calls: 60 }), row('uct', 0.1, { difference: -0.32, p: 0.0001 })])
        .verdict,
    ).toBe(
      'Searching paid: at the same budget auto solved 66 % against 42 %, +24 points (95 % interval +19 to +29, p < 0.001, corrected for 2 methods). Worse than best-of-n: uct (10 %). auto needed 60 calls a task, best-of-n 108.',
    )
  })
  test('several paid: the best is told in full', () => {
    const { verdict } = comparison([base, row('a', 0.6, { difference: 0.18, p: 0.01 }), row('b', 0.7, { difference: 0.28, p: 0.01 })])
    expect(verdict).toMatch(/^Searching paid: at the same budget b solved 70 %/)
    expect(verdict).toContain('Better than best-of-n, too: a (60 %).')
  })
  test('a difference that chance explains is not called one', () => {
    const { verdict } = comparison([base, row('auto', 0.47, { difference: 0.05, p: 0.31, half: 0.09 })])
    expect(verdict).toMatch(
      /^Searching did not pay here: no method was better than best-of-n beyond chance\. The nearest to it was auto: 47 % against 42 %, \+5 points/,
    )
    expect(verdict).toContain('With 100 tasks a difference below 9 points cannot be seen.')
  })
  test('just above and just below the level', () => {
    expect(comparison([base, row('x', 0.6, { difference: 0.18, p: 0.0501 })]).verdict).toMatch(/^Searching did not pay/)
    expect(comparison([base, row('x', 0.6, { difference: 0.18, p: 0.05 })]).verdict).toMatch(/^Searching paid/)
  })
  test('all were worse', () => {
    expect(comparison([base, row('x', 0.1, { difference: -0.32, p: 0.001 })]).verdict).toBe(
      'Searching did not pay here: no method was better than best-of-n beyond chance. Worse than best-of-n: x (10 %).',
    )
  })
  test('what is missing is said', () => {
    expect(comparison([base, row('x', 0.4, { difference: -0.02, errors: 2, over: 1 })], { ended: 'cancelled' }).verdict).toMatch(
      /interrupted: this is about the part that is finished\. 2 runs failed and are left out\. 1 run went over the budget/,
    )
    expect(comparison([row('x', 0.5, { difference: 0.1 })]).verdict).toMatch(/^Best-of-n has no result here/)
    expect(comparison([row('best-of-n', Number.NaN, { cells: 0 }), row('x', 0.5, { difference: 0.1 })]).verdict).toMatch(
      /^Best-of-n has no result/,
    )
  })
})

const many = comparison(
  [
    base,
    row('self-consistency', 0.41, { difference: -0.01, calls: 142, grain: 'attempt' }),
    row('auto', 0.66, { difference: 0.24, p: 0.0004, calls: 60.25, grain: 'both' }),
    row('gumbel-search@robust', 0.6, { difference: 0.18, p: 0.013, calls: 98 }),
    row('broken', Number.NaN, { cells: 0, errors: 100, difference: Number.NaN, curve: [] }),
  ],
  { excluded: [{ method: 'rest-mcts', why: 'rest-mcts needs value, and toy has none' }] },
)

describe('the table', () => {
  test('as it stands', () => expect(`\n${comparisonTable(many, { width: 110 })}\n`).toMatchSnapshot())
  test('never wider than asked, and the method stays', () => {
    fc.assert(
      fc.property(fc.integer({ min: 30, max: 200 }), width => {
        const lines = comparisonTable(many, { width }).split('\n')
        for (const l of lines) expect(l.length).toBeLessThanOrEqual(width)
        expect(lines.some(l => l.startsWith('auto '))).toBe(true)
      }),
    )
  })
  test('best first, those without a result last', () => {
    const order = comparisonTable(many, { width: 110 })
      .split('\n')
      .flatMap(l => /^(auto|gumbel-search@robust|best-of-n|self-consistency|broken) /.exec(l)?.[1] ?? [])
    expect(order).toEqual(['auto', 'gumbel-search@robust', 'best-of-n', 'self-consistency', 'broken'])
  })
  test('many rows stand in groups, and those left out at the end by reason', () => {
    const text = comparisonTable(
      comparison(
        [
          base,
          ...Array.from({ length: 5 }, (_, i) => row(`good-${i}`, 0.6 + i / 100, { difference: 0.2, p: 0.001 })),
          ...Array.from({ length: 5 }, (_, i) => row(`even-${i}`, 0.45 + i / 100, { difference: 0.03, p: 0.4 })),
          row('bad', 0.1, { difference: -0.3, p: 0.001 }),
          row('broken', Number.NaN, { cells: 0, errors: 100, difference: Number.NaN }),
        ],
        {
          excluded: [
            { method: 'a', why: 'a needs certainty, and toy has none' },
            { method: 'b@robust', why: 'b needs a coder' },
            { method: 'c#2', why: 'c needs certainty, and toy has none' },
          ],
        },
      ),
      { width: 110 },
    )
    const lines = text.split('\n')
    expect(
      lines
        .filter(l => /^(better|the baseline|no difference|worse|no result|good-\d +\d|even-|bad|best-of-n|broken)/.test(l))
        .map(l => l.split('  ')[0]),
    ).toEqual([
      'better than best-of-n:',
      ...[4, 3, 2, 1, 0].map(i => `good-${i}`),
      'the baseline:',
      'best-of-n',
      'no difference seen:',
      ...[4, 3, 2, 1, 0].map(i => `even-${i}`),
      'worse:',
      'bad',
      'no result:',
      'broken',
    ])
    expect(text.trimEnd().split('\n').slice(-2)).toEqual([
      'left out: a, c#2: needs certainty, and toy has none',
      'left out: b@robust: needs a coder',
    ])
  })
  test('a unit that nothing was spent in has no column', () => {
    expect(comparisonTable(many)).not.toMatch(/\busd\b/)
    expect(comparisonTable(comparison([{ ...base, spent: { ...base.spent, usd: 0.0123 } }]))).toMatch(/\busd\b[\s\S]*0\.012/)
  })
})

/** Tags opened and closed in order, attributes quoted, no stray `<` or `&`: what a parser would stumble over. @returns tags met */
function wellFormed(xml: string): string[] {
  const open: string[] = []
  const met: string[] = []
  let at = 0
  const tag = /<(\/?)([a-z]+)((?:\s+[a-zA-Z][\w:-]*="[^"<]*")*)\s*(\/?)>/gy
  const text = /[^<]+/gy
  while (at < xml.length) {
    text.lastIndex = at
    const words = text.exec(xml)
    if (words !== null) {
      expect(words[0].replace(/&(amp|lt|gt|quot|#39);/g, '')).not.toContain('&')
      at = text.lastIndex
      continue
    }
    tag.lastIndex = at
    const t = tag.exec(xml)
    if (t === null) throw new Error(`no tag at ${xml.slice(at, at + 80)}`)
    expect(t[3].replace(/&(amp|lt|gt|quot|#39);/g, '')).not.toContain('&')
    if (t[1] === '/') expect(open.pop()).toBe(t[2])
    else {
      met.push(t[2])
      if (t[4] === '') open.push(t[2])
    }
    at = tag.lastIndex
  }
  expect(open).toEqual([])
  return met
}

describe('the picture', () => {
  test('well-formed, one curve and one interval for each method with a result', () => {
    const svg = comparisonPlot(many)
    const met = wellFormed(svg)
    expect(met.filter(t => t === 'polyline')).toHaveLength(4)
    expect(met.filter(t => t === 'circle')).toHaveLength(4)
    expect(met.filter(t => t === 'polygon')).toHaveLength(2)
    expect(svg).not.toMatch(/NaN|undefined|Infinity/)
    for (const r of many.rows.slice(0, 4)) expect(svg).toContain(`>${r.method}</text>`)
  })
  test('names and titles of any kind', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), fc.string({ unit: 'binary', maxLength: 40 }), (name, title) => {
        wellFormed(comparisonPlot(comparison([base, row(`x${name}`, 0.5, { difference: 0.1 })], { models: { policy: name } }), { title }))
      }),
    )
  })
  test('everything is drawn inside', () => {
    for (const rate of [0, 0.02, 0.5, 1])
      for (const unit of ['calls', 'usd'] as const) {
        const svg = comparisonPlot(
          comparison([row('best-of-n', rate), row('x', 1, { difference: 1 - rate })], { unit, budget: { [unit]: 0.5 } }),
        )
        const [, width, height] = /viewBox="0 0 (\d+) (\d+)"/.exec(svg)!.map(Number)
        for (const [, name, value] of svg.matchAll(/ (x|x1|x2|cx|y|y1|y2|cy)="([^"]+)"/g)) {
          expect(Number(value)).toBeGreaterThanOrEqual(0)
          expect(Number(value)).toBeLessThanOrEqual(name.includes('x') ? width : height)
        }
      }
  })
  test('without any result: empty, and still a picture', () =>
    wellFormed(comparisonPlot(comparison([row('best-of-n', Number.NaN, { cells: 0, curve: [] })]))))
})
