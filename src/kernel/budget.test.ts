import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type Amount,
  add,
  addTo,
  affordable,
  amount,
  binding,
  fits,
  maximum,
  measures,
  overshoot,
  portion,
  ratio,
  remaining,
  scale,
  subtractFrom,
  tighter,
  usage,
  zero,
} from './budget.ts'

const counts = fc.record({
  calls: fc.nat(50),
  requests: fc.nat(50),
  inputTokens: fc.nat(5000),
  outputTokens: fc.nat(5000),
  usd: fc.nat(1000).map(x => x / 10_000),
  seconds: fc.nat(100).map(x => x / 7),
})
const amounts = counts.map(amount)

describe('amounts', () => {
  test('tokens are input and output', () => {
    expect(amount({ inputTokens: 3, outputTokens: 4 }).tokens).toBe(7)
    expect(usage(amount({ inputTokens: 3, outputTokens: 4 }))).not.toHaveProperty('tokens')
  })
  test('a maximum on tokens alone bounds input and output each', () => {
    expect(maximum({ tokens: 10 })).toMatchObject({ tokens: 10, inputTokens: 10, outputTokens: 10, cachedTokens: 10, reasoningTokens: 10 })
    expect(maximum({ inputTokens: 6, outputTokens: 4 })).toMatchObject({ tokens: 10, cachedTokens: 6, reasoningTokens: 4 })
    expect(maximum({ tokens: 8, outputTokens: 4 })).toMatchObject({ tokens: 8, inputTokens: 8, outputTokens: 4 })
  })
  test('what is added and taken away again leaves nothing, in every measure', () => {
    fc.assert(
      fc.property(fc.array(amounts, { maxLength: 30 }), xs => {
        const sum = zero()
        for (const x of xs) addTo(sum, x)
        for (const x of xs) subtractFrom(sum, x)
        expect(sum).toEqual(zero())
      }),
    )
  })
  test('add leaves its arguments alone', () => {
    const a = amount({ calls: 1, usd: 0.1 })
    const b = amount({ calls: 2, usd: 0.2 })
    expect(add(a, b).calls).toBe(3)
    expect([a.calls, b.calls]).toEqual([1, 2])
  })
  test('an unknown price is contagious', () => {
    const unknown = amount({ calls: 1, usd: null })
    expect(add(zero(), unknown).usd).toBeNull()
    expect(add(unknown, zero()).usd).toBeNull()
    expect(scale(unknown, 3)).toMatchObject({ usd: null, calls: 3 })
    expect(add(add(zero(), unknown), amount({ usd: 1 })).usd).toBeNull()
  })
})

describe('fits', () => {
  const spent = amount({ calls: 5 })
  const reserved = maximum({ calls: 3 })
  test('fits up to the limit, later up to the limit without what is in flight, never beyond', () => {
    expect(fits({ calls: 10 }, spent, reserved, maximum({ calls: 2 }))).toBe('fits')
    expect(fits({ calls: 10 }, spent, reserved, maximum({ calls: 3 }))).toBe('later')
    expect(fits({ calls: 10 }, spent, reserved, maximum({ calls: 5 }))).toBe('later')
    expect(fits({ calls: 10 }, spent, reserved, maximum({ calls: 6 }))).toBe('never')
    expect(fits({}, spent, reserved, maximum({ calls: 1e9 }))).toBe('fits')
  })
  test('what is kept back is not there', () => {
    expect(fits({ calls: 10 }, spent, reserved, maximum({ calls: 2 }), maximum({ calls: 1 }))).toBe('later')
    expect(fits({ calls: 10 }, spent, zero(), maximum({ calls: 5 }), maximum({ calls: 1 }))).toBe('never')
  })
  test('the tightest measure decides, and is named', () => {
    const limits = { calls: 100, outputTokens: 50, tokens: 1000 }
    const ask = maximum({ calls: 1, inputTokens: 10, outputTokens: 60 })
    expect(fits(limits, zero(), zero(), ask)).toBe('never')
    expect(binding(limits, zero(), zero(), ask)).toBe('outputTokens')
    expect(binding({ calls: 100 }, zero(), zero(), ask)).toBeNull()
  })
  test('every measure can be limited', () => {
    for (const k of measures) {
      const ask = { ...zero(), [k]: 2 } as Amount
      expect(fits({ [k]: 1 }, zero(), zero(), ask), k).toBe('never')
      expect(fits({ [k]: 2 }, zero(), zero(), ask), k).toBe('fits')
      expect(fits({ [k]: 2 }, zero(), ask, ask), k).toBe('later')
    }
  })
  test('rounding is no overshoot: a tenth ten times fits one, 0.1 + 0.2 fits 0.3', () => {
    const total = zero()
    const tenth = amount({ usd: 0.1 })
    for (let i = 0; i < 10; i++) {
      expect(fits({ usd: 1 }, total, zero(), tenth)).toBe('fits')
      addTo(total, tenth)
    }
    expect(overshoot({ usd: 1 }, total)).toEqual([])
    expect(fits({ usd: 1 }, total, zero(), amount({ usd: 1e-7 }))).toBe('never')
    expect(fits({ usd: 0.3 }, amount({ usd: 0.1 }), zero(), amount({ usd: 0.2 }))).toBe('fits')
    expect(overshoot({ usd: 0.3 }, amount({ usd: 0.1 + 0.2 }))).toEqual([])
  })
  test('counts are exact however large, and a real overshoot is named', () => {
    expect(fits({ tokens: 1e12 }, maximum({ tokens: 1e12 }), zero(), maximum({ tokens: 1 }))).toBe('never')
    expect(overshoot({ calls: 3, usd: 0.3 }, amount({ calls: 4, usd: 0.301 }))).toEqual(['calls', 'usd'])
  })
  test('an unknown price never fits a limit in money, and fits where money is not limited', () => {
    expect(fits({ usd: 5 }, zero(), zero(), amount({ usd: null }))).toBe('never')
    expect(fits({ calls: 5 }, zero(), zero(), amount({ calls: 1, usd: null }))).toBe('fits')
  })
  test('reserve the maximum, settle the actual: the limit holds at every instant', () => {
    const step = fc.record({ ask: fc.nat(9), actual: fc.double({ min: 0, max: 1, noNaN: true }), settle: fc.boolean() })
    fc.assert(
      fc.property(fc.nat(60), fc.array(step, { maxLength: 80 }), (limit, steps) => {
        const limits = { calls: limit, usd: limit / 10 }
        const spent = zero()
        const reserved = zero()
        const open: { most: Amount; share: number }[] = []
        for (const { ask, actual, settle } of steps) {
          const most = maximum({ calls: ask, usd: ask / 10 })
          if (fits(limits, spent, reserved, most) === 'fits') {
            addTo(reserved, most)
            open.push({ most, share: actual })
          }
          const done = settle ? open.shift() : undefined
          if (done !== undefined) {
            subtractFrom(reserved, done.most)
            addTo(spent, amount({ calls: Math.round(done.most.calls * done.share), usd: (done.most.usd ?? 0) * done.share }))
          }
          expect(overshoot(limits, add(spent, reserved))).toEqual([])
        }
      }),
    )
  })
})

describe('shares', () => {
  test('ratio is the least remaining share; reserved counts as spent', () => {
    const limits = { calls: 10, tokens: 1000 }
    expect(ratio(limits, zero(), zero())).toBe(1)
    expect(ratio(limits, amount({ calls: 5, inputTokens: 100 }), maximum({ calls: 1 }))).toBeCloseTo(0.4)
    expect(ratio(limits, amount({ calls: 5, inputTokens: 100 }), zero(), zero(), ['tokens'])).toBeCloseTo(0.9)
    expect(ratio(limits, amount({ calls: 4 }), zero(), maximum({ calls: 2 }))).toBeCloseTo(0.5)
    expect(ratio(limits, amount({ calls: 40 }), zero())).toBe(0)
    expect(ratio({ calls: 0 }, zero(), zero())).toBe(0)
    expect(ratio({}, amount({ calls: 5 }), zero())).toBe(1)
    expect(ratio({ usd: 1 }, amount({ usd: null }), zero())).toBe(0)
  })
  test('remaining, portion, tighter', () => {
    expect(remaining({ calls: 10, usd: 1 }, amount({ calls: 3, usd: 0.25 }), maximum({ calls: 2 }))).toEqual({ calls: 5, usd: 0.75 })
    expect(remaining({ usd: 1 }, amount({ usd: null }))).toEqual({ usd: 0 })
    expect(portion({ calls: 3, usd: 1 }, 0.5)).toEqual({ calls: 1, usd: 0.5 })
    expect(portion({ calls: 10 }, 0.1 + 0.2)).toEqual({ calls: 3 })
    expect(tighter({ calls: 3 }, { calls: 5, usd: 1 })).toEqual({ calls: 3, usd: 1 })
  })
  test('affordable is the largest number that fits', () => {
    fc.assert(
      fc.property(
        fc.nat(40),
        fc.nat(40),
        fc.nat(20),
        fc.nat(20),
        fc.integer({ min: 1, max: 9 }),
        fc.nat(30),
        (calls, cents, spent, held, each, n) => {
          const limits = { calls, usd: cents / 100 }
          const s = amount({ calls: spent, usd: spent / 100 })
          const r = maximum({ calls: held, usd: held / 100 })
          const e = maximum({ calls: each, usd: each / 100 })
          fc.pre(fits(limits, s, r, zero()) === 'fits')
          const m = affordable(limits, s, r, e, n)
          expect(m).toBeLessThanOrEqual(n)
          expect(fits(limits, s, r, scale(e, m))).toBe('fits')
          if (m < n) expect(fits(limits, s, r, scale(e, m + 1))).not.toBe('fits')
        },
      ),
    )
  })
})
