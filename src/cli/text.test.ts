import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bar, crop, cut, duration, fill, fold, type Line, marksFor, money, number, paint, piece, score, sparkline, width } from './text.ts'

describe('columns', () => {
  test('wide and combining characters', () => {
    expect(width('abc')).toBe(3)
    expect(width('数字')).toBe(4)
    expect(width('e\u0301')).toBe(1)
    expect(width('🌳')).toBe(2)
  })
  test('what is cut fits, and ends with the mark', () => {
    expect(cut('a long line', 6)).toBe('a lon…')
    expect(cut('数字数字', 5)).toBe('数字…')
    expect(cut('short', 5)).toBe('short')
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 40 }), (text, most) => {
        expect(width(cut(text, most))).toBeLessThanOrEqual(Math.max(most, 0))
        expect(width(fill(text, most))).toBe(most)
        expect(crop([piece(text), piece(text, 'bold')], most).reduce((n, p) => n + width(p.text), 0)).toBeLessThanOrEqual(most)
      }),
    )
  })
  test('a folded line goes on below its last column, and loses no word', () => {
    const told = (line: Line, most: number): string[] => fold(line, most).map(l => l.map(p => p.text).join(''))
    expect(told([piece('short')], 40)).toEqual(['short'])
    expect(told([piece('  paper   ', 'dim'), piece('a title that is longer than the line is wide')], 40)).toEqual([
      '  paper   a title that is longer than',
      '          the line is wide',
    ])
    const [first, second] = fold([piece('one two ', 'dim'), piece('three four', 'bold')], 12)
    expect([first.at(-1)!.style, second.at(-1)]).toEqual(['dim', { text: 'four', style: 'bold' }])
    const word = fc.string({ unit: fc.constantFrom('a', 'b', '数'), minLength: 1, maxLength: 9 })
    const gap = fc.constantFrom(' ', ' ', '  ', '   ')
    fc.assert(
      fc.property(fc.array(fc.tuple(gap, word), { minLength: 1, maxLength: 20 }), fc.integer({ min: 40, max: 90 }), (words, most) => {
        const lines = told(
          words.map(([g, w]) => piece(g + w)),
          most,
        )
        for (const l of lines) expect(width(l)).toBeLessThanOrEqual(most)
        expect(lines.join(' ').split(/\s+/).filter(Boolean)).toEqual(words.map(([, w]) => w))
      }),
    )
  })
  test('nothing in a piece can move the cursor', () => {
    expect(piece('a\x1b[2Jb\r\nc').text).toBe('a [2Jb c')
  })
  test('paint', () => {
    expect(paint([piece('a', 'good'), piece('b')], true)).toBe('\x1b[32ma\x1b[39mb')
    expect(paint([piece('a', 'good'), piece('b')], false)).toBe('ab')
  })
})

describe('figures', () => {
  const m = marksFor(true)
  test('bars and sparklines', () => {
    expect(bar(0, 4, m)).toEqual({ full: '', empty: '░░░░' })
    expect(bar(0.001, 4, m)).toEqual({ full: '█', empty: '░░░' })
    expect(bar(2, 4, m)).toEqual({ full: '████', empty: '' })
    expect(bar(Number.NaN, 2, m)).toEqual({ full: '', empty: '░░' })
    expect(sparkline([0, 1, 4, 8], m)).toBe(' ▁▄█')
    expect(sparkline([0, 0], m)).toBe('  ')
    expect(sparkline([8], marksFor(false))).toBe('#')
  })
  test('numbers for people', () => {
    expect([number(1234), number(12_345_678), duration(0.4321), duration(12.34), duration(245), duration(7800)]).toEqual([
      '1,234',
      '12.3M',
      '0.43 s',
      '12.3 s',
      '4 min 05 s',
      '2 h 10 min',
    ])
    expect([money(0), money(0.00123), money(0.5), money(12.345)]).toEqual(['$0', '$0.0012', '$0.500', '$12.35'])
    expect([score(1), score(1 / 3), score(Number.NaN)]).toEqual(['1', '0.333', 'none'])
  })
})
