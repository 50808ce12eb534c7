import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { answerKey, formOf, sameAnswer, tidy } from './answer.ts'

// Each row: spellings of one answer. Rows are different answers, unless they are named as kin below.
const classes: readonly (readonly string[])[] = [
  [
    '1,000',
    '1000',
    '1000.0',
    '1{,}000',
    '$1000$',
    '\\boxed{1,000}',
    '1 000',
    '+1000',
    '1e3',
    '10^3',
    '10^{3}',
    '1 \\times 10^3',
    '1 thousand',
    '1000.',
  ],
  ['(1, 000)', '(1, 0)', '\\left(1, 0\\right)', '(1,0)'],
  [
    '1/2',
    '0.5',
    '.5',
    '0.50',
    '\\frac{1}{2}',
    '\\frac12',
    '\\dfrac{1}{2}',
    '\\tfrac 1 2',
    '2/4',
    '\u00BD',
    '50 %',
    '50\\%',
    '50 percent',
    '2^{-1}',
    '(1/2)',
    '1 \u2044 2',
  ],
  ['0', '-0', '0.0', '-0.00', '0/5', '\\$0'],
  ['8', '2^{3}', '2^3', '2\u00B3', '\\sqrt{64}', 'x = 8', '$x=8$', '**8**', '`8`', '"8"', 'f(2) = 8', '8 apples', '\\text{8}', '8.'],
  ['-8', '\u22128', '-2^{3}', '- 8', 'x = -8', '(-2)^3'],
  ['7/4', '1 3/4', '1\\frac{3}{4}', '1.75', '\\frac{7}{4}', '1\u00BE'],
  ['-7/4', '-1 3/4', '-1\\frac{3}{4}', '\\frac{-7}{4}', '-\\frac{7}{4}'],
  ['\\frac{\\sqrt{2}}{2}', '\\sqrt{2}/2', '1/\\sqrt{2}', '\\frac{1}{\\sqrt 2}', 'sqrt(2)/2', '\u221A2/2', '2^{-1/2}', '\\sqrt{\\frac12}'],
  ['2\\sqrt{3}', '\\sqrt{12}', '2*sqrt(3)', '2 \\cdot \\sqrt{3}', '2\u221A3'],
  ['3\\pi', '3*pi', '3\u03C0', '\\pi \\cdot 3', '3 \\pi'],
  ['2x+3', '3 + 2x', '2(x + 1.5)', 'y = 2x + 3', '2 \\cdot x + 3', 'f(x) = 2x+3'],
  ['x^2-1', '(x-1)(x+1)', '(x + 1)(x - 1)', 'x\u00B2 - 1'],
  ['5 km', '5 kilometers', '5 \\text{ km}', '5km', '5.0 km'],
  ['90.5^\\circ', '90.5\u00B0', '90.5 degrees', '90.5^{\\circ}'],
  ['$5.25', '\\$5.25', '5.25 dollars', 'US$5.25', '5.25 USD', '$5.25$'],
  ['12 cm^2', '12 \\text{ cm}^2', '12 square centimeters', '12 cm\u00B2'],
  ['(B)', 'B', 'B.', 'B)', '\\text{(B)}', 'b', 'Option B', '(B) forty-two', '\\textbf{(B)}', 'choice (b)'],
  ['(C)', 'C'],
  ['{1, 2}', '\\{2,1\\}', '2, 1', '1 and 2', 'x = 1 or x = 2', '\\left\\{1, 2\\right\\}', '1,2', '1; 2'],
  ['\\pm 3', '\u00B13', '3, -3', 'x = 3 or x = -3', '-3 and 3'],
  ['[0, 1)', '[0,1)', 'x \\in [0, 1)', '\\left[0, 1\\right)'],
  ['(0, 1]', '(0,1]'],
  ['[0, 1]', '[0,1]', '[0.0, 1.0]'],
  ['(-\\infty, 1) \\cup (2, \\infty)', '(-inf, 1) U (2, inf)', '(2,\u221E) \u222A (-\u221E,1)'],
  ['\\infty', 'inf', '\u221E', 'infinity'],
  ['(1, 2, 3)', '( 1,2 , 3 )'],
  ['(3, 2, 1)'],
  ['{"b": [2, 3], "a": 1}', '{"a":1,"b":[2,3]}', '{ "a": 1.0, "b": [2, 3] }'],
  ['{"a": 1, "b": [3, 2]}'],
  ['New York', 'new york', ' New  York. ', '"New York"', '\\text{New York}', '**New York**', 'new_york'],
  ['the cat', 'Cat', 'A cat', 'cat.'],
  ['act'],
  ['3:4', '3 : 4'],
  ['12:30 pm', '12:30 PM'],
  ['x = 1, y = 2', 'y=2, x=1', 'x = 1 and y = 2'],
  ['x = 2, y = 1'],
  ['yes', 'Yes', 'YES!', '\\text{Yes}', 'yes.'],
  ['no', 'No'],
  ['10 more than x'],
  ['0.333'],
  ['1/3', '\\frac{1}{3}', '33 1/3 %'],
  ['3.14'],
  ['1.5e-7', '1.5 \\times 10^{-7}', '0.00000015', '1.5*10^-7'],
  ['2 million', '2,000,000', '2e6'],
  ['1e400', '10^{400}'],
  ['1,234,567.8', '1234567.80'],
  ['\\frac{3}{4}x', '0.75x', '\\frac{3x}{4}'],
]
const all = classes.flatMap((row, i) => row.map(text => ({ text, i })))

describe('sameAnswer', () => {
  test.each(classes.map(row => [row[0], row] as const))('%s in all its spellings', (_, row) => {
    for (const a of row) for (const b of row) expect([a, b, sameAnswer(a, b)]).toEqual([a, b, true])
  })
  test('different answers differ, and order does not matter', () => {
    // 33 1/3 % is a third, and also what a question for percent is answered with: kin of nothing else here.
    for (const a of all)
      for (const b of all) if (a.i !== b.i) expect([a.text, b.text, sameAnswer(a.text, b.text)]).toEqual([a.text, b.text, false])
  })
  test('a percent is its value, and what a question for percent is answered with', () => {
    expect(sameAnswer('50%', '0.5')).toBe(true)
    expect(sameAnswer('50%', '50')).toBe(true)
    expect(sameAnswer('0.5', '50')).toBe(false)
    expect(sameAnswer('50%', '5')).toBe(false)
    expect(answerKey('50%')).toBe(answerKey('1/2'))
  })
  test('known units differ, others and left out ones do not', () => {
    expect(sameAnswer('5 km', '5 m')).toBe(false)
    expect(sameAnswer('5 km', '5')).toBe(true)
    expect(sameAnswer('$5', '5 euros')).toBe(false)
    expect(sameAnswer('42 apples', '42 red apples')).toBe(true)
    expect(sameAnswer('2 pm', '2 am')).toBe(false)
    expect(sameAnswer('5 cm^2', '5 cm')).toBe(false)
    expect(sameAnswer('5 cm^2', '5 cm^3')).toBe(false)
  })
  test('words that only look like products or units stay words', () => {
    expect(sameAnswer('act', 'cat')).toBe(false)
    expect(sameAnswer('ab', 'ba')).toBe(false)
    expect(formOf('10 more than x').kind).toBe('text')
    expect(formOf('5 or 6').kind).toBe('list')
    expect(formOf('7 over 3').kind).toBe('text')
    expect(formOf('100!').kind).toBe('text')
  })

  // Ways to write one rational.
  const spelled = fc
    .tuple(fc.integer({ min: -2000, max: 2000 }), fc.integer({ min: 1, max: 60 }), fc.nat(7), fc.nat(5))
    .map(([n, d, how, wrap]) => {
      const sign = n < 0 ? '-' : ''
      const m = Math.abs(n)
      const body = [
        `${n}/${d}`,
        `\\frac{${n}}{${d}}`,
        `${sign}\\dfrac{${m}}{${d}}`,
        `${3 * n}/${3 * d}`,
        `${n} \\div ${d}`,
        `(${n})/(${d})`,
        m >= d && m % d !== 0 ? `${sign}${Math.floor(m / d)} ${m % d}/${d}` : `${n} / ${d}`,
        `\u2212`.repeat(n < 0 ? 1 : 0) + `${m}/${d}`,
      ][how]
      const text = [body, `$${body}$`, `\\boxed{${body}}`, `**${body}**`, `x = ${body}`, ` ${body}. `][wrap]
      return { n, d, text }
    })
  test('an equivalence on generated rationals: equal exactly where the values are', () => {
    fc.assert(
      fc.property(spelled, spelled, (a, b) => {
        const equal = a.n * b.d === b.n * a.d
        expect(sameAnswer(a.text, b.text)).toBe(equal)
        expect(sameAnswer(b.text, a.text)).toBe(equal)
        expect(answerKey(a.text) === answerKey(b.text)).toBe(equal)
        expect(sameAnswer(a.text, a.text)).toBe(true)
      }),
      { numRuns: 400 },
    )
  })
  test('decimals and integers with separators', () => {
    fc.assert(
      fc.property(fc.integer({ min: -(10 ** 9), max: 10 ** 9 }), fc.nat(4), (n, zeros) => {
        const grouped = n.toLocaleString('en-US')
        for (const text of [grouped, `${n}`, `${n}.${'0'.repeat(zeros)}`, `\\(${grouped}\\)`, `${n} widgets`])
          expect(answerKey(text)).toBe(String(n === 0 ? 0 : n))
        expect(tidy(grouped)).toBe(String(n))
        expect(sameAnswer(String(n), String(n + 1))).toBe(false)
      }),
    )
  })
  test('sets in any order, tuples in theirs', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({ min: -99, max: 99 }), { minLength: 2, maxLength: 6 }),
        fc.infiniteStream(fc.nat()),
        (xs, picks) => {
          const order = xs
            .map(x => [picks.next().value as number, x] as const)
            .sort((a, b) => a[0] - b[0])
            .map(p => p[1])
          expect(sameAnswer(`\\{${xs.join(', ')}\\}`, `{${order.join(',')}}`)).toBe(true)
          expect(sameAnswer(`(${xs.join(', ')})`, `(${order.join(',')})`)).toBe(xs.every((x, i) => x === order[i]))
        },
      ),
    )
  })
  test('JSON is compared deeply', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ maxLength: 5 }), fc.jsonValue({ maxDepth: 2 }), { minKeys: 1 }), o => {
        const turned = Object.fromEntries(Object.entries(o).reverse())
        expect(sameAnswer(JSON.stringify(o), JSON.stringify(turned, null, 2))).toBe(true)
        expect(sameAnswer(JSON.stringify(o), JSON.stringify({ ...o, 'another key': 1 }))).toBe(false)
      }),
    )
  })
  test('any text: no exception, equal to itself, symmetric; tidied it is the same answer', () => {
    const text = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.stringMatching(/^[-+\\{}()[\]^_$.,;:%&=\dxfracsqrtboxed ]{0,60}$/))
    fc.assert(
      fc.property(text, text, (a, b) => {
        expect(sameAnswer(a, a)).toBe(true)
        expect(sameAnswer(a, b)).toBe(sameAnswer(b, a))
        expect(typeof tidy(a)).toBe('string')
      }),
      { numRuns: 2000 },
    )
    for (const { text } of all) expect([text, sameAnswer(text, tidy(text))]).toEqual([text, true])
  })
  test.each([
    '{',
    '(',
    '[',
    '}',
    '\\frac{',
    '\\boxed{',
    '\\sqrt[',
    '1,',
    '9',
    '^',
    '-',
    '$',
    '**',
    '" ',
    '\\',
    'x=',
    '1 and ',
    '=',
    '%',
    '((1)/(',
    '&',
    ' U ',
    '{"a":',
    '\u00BD',
    '\u00B2',
  ])('a megabyte of %s ends', unit => {
    for (const size of [50, 4000, 1 << 20]) {
      const text = unit.repeat(Math.ceil(size / unit.length))
      expect(sameAnswer(text, text)).toBe(true)
      expect(sameAnswer(text, `${text}7`)).toBe(false)
      tidy(text)
    }
  })
})

test.each([
  ['$1,000$', '1000'],
  ['42.0', '42'],
  ['-0', '0'],
  ['007', '7'],
  ['0.50', '0.5'],
  ['x = 5', '5'],
  ['(b)', 'B'],
  ['\\frac{3}{4}', '3/4'],
  ['-\\frac{3}{4}', '-3/4'],
  ['\\text{New York}.', 'New York'],
  ['5 km', '5 km'],
  ['$5.00', '$5.00'],
  ['\\frac{\\sqrt{3}}{2}', '\\frac{\\sqrt{3}}{2}'],
  ['**Paris**', 'Paris'],
])('%s is written %s', (text, tidied) => expect(tidy(text)).toBe(tidied))
