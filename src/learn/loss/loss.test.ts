// Every loss of the catalogue against finite differences through a policy without a network, and against numbers worked out by hand.
import { describe, expect, test } from 'vitest'
import { AddressedRandom } from '../../kernel/index.ts'
import { advantages, deviation, effectiveShare, gae, informative, overlong } from './advantage.ts'
import { losses } from './catalogue.ts'
import { either, mostUncertain, weighted } from './imitation.ts'
import { lipoLambda, listMle } from './list.ts'
import { balance, chordMu, curriculumWeight, hptGate, igpoReplaced, prefixShare } from './mixture.ts'
import * as pair from './pair.ts'
import { bgpo, cispo, clipped, dapo, entropyBonus, gspo, klReward, klTo, ppo, reinforce } from './policy-gradient.ts'
import { type LossFn, mixed, type Row } from './row.ts'
import { kto, softValue } from './single.ts'
import { TabularPolicy, type Taken } from './tabular.ts'
import { archer, bCoder, oreo, polyak, ppoValue, valueBce, valueMse, valueRanking } from './value.ts'

const near = (found: ArrayLike<number>, expected: ArrayLike<number>, digits: number, what = ''): void => {
  expect(found.length, what).toBe(expected.length)
  for (let i = 0; i < expected.length; i++) expect(found[i], `${what} ${i}`).toBeCloseTo(expected[i], digits)
}
const actions = 5
const contexts = ['a', 'b', 'c']
const random = new AddressedRandom(7, 1, 2, 'losses')
function policy(spread = 1): TabularPolicy {
  const p = new TabularPolicy(actions)
  for (const c of contexts) {
    p.at(c).set(Array.from({ length: actions }, () => spread * random.normal()))
    p.values.set(c, random.normal())
  }
  return p
}
const current = policy()
const old = policy(0.3)
for (const [c, z] of old.logits) z.set(z.map((x, j) => current.at(c)[j] + 0.1 * x))
const references = { ref: policy(), iterate: policy(), mixture: policy() }
const rows: Taken[][] = Array.from({ length: 6 }, (_, i) =>
  Array.from({ length: 1 + (i % 3) * 2 }, () => ({ context: random.pick(contexts), action: random.int(actions) })),
)
/** What the rows of each loss have besides. */
const labels: Record<string, readonly Row['label'][]> = {
  pair: ['chosen', 'rejected', 'chosen', 'rejected', 'chosen', 'rejected'],
  fresh: ['chosen', 'rejected', 'chosen', 'rejected', 'fresh', 'fresh'],
  kto: ['desirable', 'undesirable', 'desirable', 'undesirable', 'mismatched', 'mismatched'],
}
const more = (id: string) => {
  const fresh = ['xpo', 'selm', 'hypo'].includes(id)
  const label = labels[id === 'kto' ? 'kto' : fresh ? 'fresh' : 'pair']
  return (i: number): Partial<Row> => ({
    label: label[i],
    lo: Float64Array.from(rows[i], s => old.law(s.context)[s.action]),
    advantage: rows[i].map(() => [1.2, -0.7, 0.4, -1.5, 0.9, -0.2][i]),
    reward: [1, 0, 1, 0.5, 0, 1][i],
    rewards: rows[i].map((_, t) => (((i + t) * 7) % 5) / 5),
    margin: [0.3, 0, 0.7, 0, 0.2, 0.1][i],
    worth: [0.9, 0.4, 0.1, 0.6, 0.2, 0.8][i],
    group: i < 3 ? 'x' : 'y',
    ...(id === 'luffy' ? { segment: rows[i].map(() => 'demo' as const) } : {}),
  })
}
const rowsOf = (p: TabularPolicy, id: string): Row[] => rows.map((r, i) => p.row(r, more(id)(i), references))
/** Central differences of the loss by every logit and value, with whatever carries no gradient held still. */
function check(id: string, loss: LossFn, digits = 5): void {
  const held = rowsOf(current, id)
  const at = (p: TabularPolicy) => loss(rowsOf(p, id), { step: 0, held }).loss
  const { logits, values } = current.gradient(rows, loss(held, { step: 0 }).cotangents, references.ref)
  const h = 1e-5
  let largest = 0
  for (const c of contexts) {
    for (let j = 0; j < actions; j++) {
      const [up, down] = [current.copy(), current.copy()]
      up.at(c)[j] += h
      down.at(c)[j] -= h
      const slope = (at(up) - at(down)) / (2 * h)
      expect(logits.get(c)?.[j] ?? 0, `${id}: logit ${j} of ${c}`).toBeCloseTo(slope, digits)
      largest = Math.max(largest, Math.abs(slope))
    }
    const [up, down] = [current.copy(), current.copy()]
    up.values.set(c, up.values.get(c)! + h)
    down.values.set(c, down.values.get(c)! - h)
    const slope = (at(up) - at(down)) / (2 * h)
    expect(values.get(c) ?? 0, `${id}: value of ${c}`).toBeCloseTo(slope, digits)
    largest = Math.max(largest, Math.abs(slope))
  }
  expect(largest, `${id} has a gradient`).toBeGreaterThan(1e-7)
}

describe('finite differences', () => {
  test.each([...losses.keys()])('%s', id => check(id, losses.get(id)!.make()))
  test('of sums, reductions, masks and the rest', () => {
    check(
      'mixed',
      mixed([
        { loss: ppo({ reduction: 'sequence' }), weight: 0.7 },
        { loss: klTo('exact'), weight: 0.1 },
        { loss: entropyBonus(), weight: c => 0.01 + c.step },
        { loss: valueMse(), weight: 0.5 },
      ]),
    )
    for (const reduction of ['token', 'sequence', 'sum', { constant: 7 }] as const) check('reinforce', reinforce({ reduction }))
    check('dual', ppo({ dual: 1.05 }))
    check('weighted', weighted('reward'))
    check('ipo average', pair.liftPair('ipo', pair.ipo({ average: true })))
    check(
      'ppo value',
      ppoValue(
        rows.map(r => r.map(s => current.values.get(s.context)! + 0.1)),
        { clip: 0.05 },
      ),
    )
    check('uncertain', reinforce({ mask: mostUncertain('policy', 0.4) }))
    check('either', ppo({ mask: either(mostUncertain('policy', 0.2), (_, t) => t === 0) }))
  })
})

describe('golden numbers', () => {
  const golden: [string, pair.PairLoss, readonly [number, number, number]][] = [
    ['DPO', pair.dpo(), [0.59365, -0.044769, 0.044769]],
    ['smoothed', pair.smoothedDpo(), [0.61465, -0.034769, 0.034769]],
    ['robust', pair.robustDpo(), [0.5674, -0.057269, 0.057269]],
    ['hinge', pair.hinge(), [0.79, -0.1, 0.1]],
    ['IPO', pair.ipo(), [8.41, -5.8, 5.8]],
    ['SPPO', pair.sppo(), [32.05, -6.6, 9.2]],
    ['NCA', pair.nca(), [1.339307, -0.01864, 0.0245]],
    ['APO-zero', pair.apoZero(), [0.947603, -0.02482, 0.02499]],
  ]
  test.each(golden)('%s', (_, p, expected) => near(p.formula(1.7, -0.4, 3, 4, 0), expected, 5))

  test('KTO', () => {
    // One token a row: D = lp - lr. The mismatched row makes z = 0.3.
    const row = (D: number, label: Row['label']): Row => ({ segment: ['policy'], lp: [D - 3], lr: { ref: [-3] }, label })
    const l = kto()([row(1.7, 'desirable'), row(-0.4, 'undesirable'), row(0.3, 'mismatched')], { step: 0 })
    expect(2 * l.loss).toBeCloseTo(0.947564, 5)
    expect(2 * l.cotangents[0].dlp[0]).toBeCloseTo(-0.024878, 5)
    expect(2 * l.cotangents[1].dlp[0]).toBeCloseTo(0.024969, 5)
    expect([...l.cotangents[2].dlp]).toEqual([0])
  })
  test('LiPO-lambda ranks by the scores', () => {
    const { loss, d } = lipoLambda([0.2, -0.1, 0.4, 0.05], [0.9, 0.4, 0.1, 0.6])
    expect(loss).toBeCloseTo(0.959463, 5)
    near(d, [-0.330348, -0.050384, 0.547053, -0.166322], 5)
    expect(lipoLambda([0, 0, 0], [0.99, 0.5, 0.01]).loss).not.toBeCloseTo(lipoLambda([0, 0, 0], [0.51, 0.5, 0.49]).loss)
    expect(listMle([0.1, 0, 0.3], [0.99, 0.5, 0.01]).loss).toBeCloseTo(listMle([0.1, 0, 0.3], [0.51, 0.5, 0.49]).loss)
  })
  test('k3, GAE, A*-PO, BGPO, weights of imitation', () => {
    const k3 = klTo('forward')([{ segment: ['policy'], lp: [-0.8], lr: { ref: [-1.2] } }], { step: 0 })
    expect(k3.cotangents[0].dlp[0]).toBeCloseTo(0.32968, 5)
    near(gae([0, 0, 1], [0.2, 0.4, 0.7]), [0.75575, 0.585, 0.3], 6)
    expect(softValue([1, 0, 0, 1, 0, 0, 0, 0], 0.5)).toBeCloseTo(0.477229, 5)
    const d = [0.3, -0.1, 0.2, 0.5]
    expect(-bgpo(d, 2).loss).toBeCloseTo(2.45, 6)
    expect(-bgpo(d, -2).loss).toBeCloseTo(-2.56241, 5)
    const true2 = 2 * Math.exp(d.reduce((s, x) => s + x, 0) / 4)
    expect(true2).toBeCloseTo(2.504645, 5)
    const weight = (id: string, p: number) =>
      -losses.get(id)!.make()([{ segment: ['demo'], lp: [Math.log(p)], advantage: [1] }], { step: 0 }).cotangents[0].dlp[0]
    near(
      [0.01, 0.5, 0.99].map(p => weight('luffy', p)),
      [0.0826, 0.1389, 0.0833],
      4,
    )
    near(
      [0.01, 0.5, 0.99].map(p => weight('phi', p)),
      [0.0099, 0.25, 0.0099],
      4,
    )
  })
  test('group advantages', () => {
    const rewards = [1, 1, 1, 0]
    const g = ['x', 'x', 'x', 'x']
    expect(advantages(rewards, g, { centre: 'group', scale: 'none' })).toEqual([0.25, 0.25, 0.25, -0.75])
    expect(deviation(rewards, false)).toBeCloseTo(0.433, 4)
    expect(deviation(rewards)).toBeCloseTo(0.5, 6)
    near(advantages(rewards, g, { centre: 'others', scale: 'none' }), [1 / 3, 1 / 3, 1 / 3, -1], 9)
    expect(advantages([1, Number.NaN, 0], ['x', 'x', 'x'], { centre: 'group', scale: 'none' })).toEqual([0.5, Number.NaN, -0.5])
    expect(() => advantages([1], ['x'], { centre: 'others', scale: 'none' })).toThrow('leaving one out')
    expect(informative([1, 1, 0, 1, Number.NaN], ['x', 'x', 'y', 'y', 'y'])).toEqual([2, 3])
    expect(effectiveShare(0.5, 2)).toBe(0.5)
    expect([overlong(70, 100, 20), overlong(90, 100, 20), overlong(100, 100, 20)]).toEqual([0, -0.5, -1])
  })
})

describe('properties', () => {
  test('preference losses depend on D alone', () => {
    const make = (shift: number) => {
      const row = (label: Row['label'], lp: number): Row => ({
        segment: ['policy', 'policy'],
        lp: [lp, lp],
        lr: { ref: [-1 + shift, -2] },
        label,
      })
      return [row('chosen', -0.5 + shift / 2), row('rejected', -0.9 + shift / 2)]
    }
    const l = (shift: number) => pair.liftPair('dpo', pair.dpo())(make(shift), { step: 0 }).loss
    expect(l(0.7)).toBeCloseTo(l(0), 12)
  })
  test('at the policy that drew, PPO, DAPO, CISPO and REINFORCE have one gradient', () => {
    const fresh = rows.map((r, i) => {
      const row = current.row(r, more('x')(i))
      return { ...row, lo: row.lp }
    })
    const g = (l: LossFn) => l(fresh, { step: 0 }).cotangents.flatMap(c => [...c.dlp])
    const base = g(reinforce({ reduction: 'token' }))
    for (const l of [ppo(), dapo(), cispo()]) near(g(l), base, 12)
    near(g(gspo()), g(reinforce({ reduction: 'sequence' })), 12)
  })
  test('on its own samples k2 has the gradient of the reverse divergence, k3 that of the forward one', () => {
    const p = current.law('a').map(Math.exp)
    const r = references.ref.law('a').map(Math.exp)
    const mean = (kind: 'reverse' | 'forward') => {
      const g = new Float64Array(actions)
      for (let a = 0; a < actions; a++) {
        const row = current.row([{ context: 'a', action: a }], {}, references)
        const c = klTo(kind)([row], { step: 0 }).cotangents[0].dlp[0]
        for (let j = 0; j < actions; j++) g[j] += p[a] * c * ((j === a ? 1 : 0) - p[j])
      }
      return g
    }
    const KL = p.reduce((s, x, j) => s + x * Math.log(x / r[j]), 0)
    near(
      mean('reverse'),
      p.map((x, j) => x * (Math.log(x / r[j]) - KL)),
      10,
    )
    near(
      mean('forward'),
      p.map((x, j) => x - r[j]),
      10,
    )
    expect([...klReward([0, 1], [-1, -1], [-2, -1], 0.1)]).toEqual([-0.1, 1])
  })
  test('the gradient of a batch is the sum of those of its parts', () => {
    for (const id of ['ppo', 'grpo', 'sft', 'dr-grpo', 'dpo', 'gspo']) {
      const all = rowsOf(current, id)
      const total = { tokens: all.reduce((s, r) => s + r.lp.length, 0), rows: all.length }
      const loss = losses.get(id)!.make()
      const whole = loss(all, { step: 0 }).cotangents.flatMap(c => [...c.dlp])
      const parts = [all.slice(0, 2), all.slice(2)].flatMap(part => loss(part, { step: 0, total }).cotangents.flatMap(c => [...c.dlp]))
      near(parts, whole, 12, id)
    }
  })
  test.each([...losses.keys()])('rows of %s count as their weight says', id => {
    const entry = losses.get(id)!
    const at = (weight: number) =>
      entry.make()(
        rowsOf(current, id).map(r => ({ ...r, weight })),
        { step: 0 },
      )
    const [whole, part] = [at(1), at(0.25)]
    expect(whole.loss).not.toBe(0)
    expect(part.loss).toBeCloseTo(whole.loss / 4, 12)
    for (const of of ['dlp', 'dv', 'dH', 'dkl'] as const)
      near(
        part.cotangents.flatMap(c => [...(c[of] ?? [])]),
        whole.cotangents.flatMap(c => [...(c[of] ?? [])].map(x => x / 4)),
        12,
      )
  })
  test('prompts and observations carry no loss; hints only where asked', () => {
    const row: Row = {
      segment: ['prompt', 'observation', 'prefix', 'demo', 'policy'],
      lp: [-1, -1, -1, -1, -1],
      lo: [-1, -1, -1, -1, -1],
      advantage: [1, 1, 1, 1, 1],
      H: [0, 0, 1, 1, 1],
    }
    const carries = (l: LossFn) => [...l([row], { step: 0 }).cotangents[0].dlp].map(x => x !== 0)
    expect(carries(ppo())).toEqual([false, false, false, false, true])
    expect(carries(losses.get('sft')!.make())).toEqual([false, false, true, true, true])
    expect(carries(losses.get('luffy')!.make())).toEqual([false, false, false, true, false])
    expect(carries(ppo({ mask: mostUncertain('prefix', 1) }))).toEqual([false, false, true, false, false])
  })
  test('of hints only the least certain tokens: of each row for IGPO, of the whole batch for Prefix-RFT', () => {
    const row = (H: readonly number[]): Row => ({
      segment: ['prompt', 'prefix', 'prefix', 'policy'],
      lp: [-1, -1, -1, -1],
      lo: [-1, -1, -1, -1],
      advantage: [1, 1, 1, 1],
      H: [9, ...H, 0],
    })
    const rows = [row([1, 2]), row([3, 4])]
    const carries = (l: LossFn) => l(rows, { step: 0 }).cotangents.map(c => [...c.dlp].map(x => Number(x !== 0)).join(''))
    expect(carries(losses.get('igpo')!.make({ share: 0.5 } as never))).toEqual(['0011', '0011'])
    expect(carries(losses.get('prefix-rft')!.make({ share: 0.5 } as never))).toEqual(['0001', '0111'])
    expect(carries(losses.get('prefix-rft')!.make({ share: 0 } as never))).toEqual(['0001', '0001'])
    // The same row later, with other entropies: the mask follows them.
    const mask = mostUncertain('prefix', 0.5)
    expect([rows[0], { ...rows[0], H: [0, 2, 1, 0] }].map(r => [1, 2].filter(t => mask(r, t)))).toEqual([[2], [1]])
  })
  test('the clip', () => {
    expect(clipped(Math.log(1.5), 0, 1, 0.2, 0.2)).toEqual([-1.2, 0])
    expect(clipped(Math.log(0.5), 0, -1, 0.2, 0.2)[1]).toBe(0)
    expect(clipped(Math.log(0.5), 0, 1, 0.2, 0.2)[1]).toBeCloseTo(-0.5)
    expect(clipped(Math.log(4), 0, -1, 0.2, 0.2, 3)).toEqual([3, 0])
  })
  test('what lacks is said in one line, and what is no number reaches no weight', () => {
    const bare: Row = { segment: ['policy'], lp: [-1] }
    expect(() => ppo()([bare], { step: 0 })).toThrow('ppo: expected rows with lo, found one without')
    expect(() => pair.liftPair('dpo', pair.dpo())([bare, bare], { step: 0 })).toThrow('expected a chosen row')
    expect(() =>
      pair.liftPair('dpo', pair.dpo())(
        [
          { ...bare, label: 'chosen' },
          { ...bare, label: 'rejected' },
        ],
        { step: 0 },
      ),
    ).toThrow("reference 'ref'")
    expect(() => reinforce()([{ ...bare, advantage: [Number.NaN] }], { step: 0 })).toThrow('finite')
    expect(() => ppo()([{ ...bare, lo: [-1, -1], advantage: [1] }], { step: 0 })).toThrow('expected 1 numbers in lo, found 2')
  })
  test('values: turns, logits and slow copies', () => {
    const turns = [
      { reward: 1, q: 0.5, v: 0.4, qTarget: 0.6, next: Number.NaN },
      { reward: 0, q: 0.2, v: 0.1, qTarget: 0.3, next: 0.5 },
    ]
    const l = archer(turns, { gamma: 0.9 })
    expect(l.loss).toBeCloseTo(((0.5 - 1) ** 2 + 0.04 + (0.2 - 0.45) ** 2 + 0.04) / 2, 9)
    expect(l.dq[1]).toBeCloseTo(0.2 - 0.45, 9)
    const b = bCoder({ logits: [1, 3, 2], action: 2, v: 0.5, reward: 1, next: Number.NaN })
    expect(b.q).toBe(-0.5)
    expect(b.dlogits).toEqual([0, 3, -3])
    const slow = Float32Array.of(0, 1)
    polyak(slow, Float32Array.of(1, 1), 0.1)
    expect([...slow].map(x => +x.toFixed(3))).toEqual([0.1, 1])
    expect(() => valueRanking()([{ segment: ['policy'], lp: [0], v: [0] }], { step: 0 })).toThrow('pairs of rows')
    const unknown = valueBce()([{ segment: ['policy', 'policy'], lp: [0, 0], v: [1, 1], rewards: [Number.NaN, 1] }], { step: 0 })
    expect(unknown.cotangents[0].dv![0]).toBe(0)
    expect(() => oreo()([{ segment: ['policy'], lp: [0], v: [0] }], { step: 0 })).toThrow('reward')
  })
  test('OREO over steps: worked out by hand; over every token the same as over tokens', () => {
    const ref = [0, -1, -1, -1, -1]
    const row: Row = {
      segment: ['prompt', 'policy', 'policy', 'policy', 'policy'],
      lp: [0, -0.5, -2, -0.4, -0.1],
      lr: { ref },
      v: [0.3, Number.NaN, 0.6, Number.NaN, Number.NaN],
      reward: 1,
    }
    const l = oreo({ beta: 0.5, states: 'known' })([row], { step: 0 })
    // Steps of two tokens: their log-ratios are -0.5 and 1.5.
    const [e1, e2] = [0.3 - 1 + 0.5 * (-0.5 + 1.5), 0.6 - 1 + 0.5 * 1.5]
    expect(l.loss).toBeCloseTo(e1 * e1 + e2 * e2, 12)
    near(l.cotangents[0].dv!, [e1, 0, e2, 0, 0], 12)
    near(l.cotangents[0].dlp, [0, 0.5 * e1, 0.5 * e1, 0.5 * e2, 0.5 * e2], 12)
    // The slope of a policy token with all that is held still.
    const loss = (x: number) =>
      oreo({ beta: 0.5, states: 'known', value: 0 })([{ ...row, lp: [0, -0.5, -2, x, -0.1] }], { step: 0, held: [row] }).loss
    expect((loss(-0.4 + 1e-5) - loss(-0.4 - 1e-5)) / 2e-5).toBeCloseTo(l.cotangents[0].dlp[3], 6)
    const every = oreo({ states: 'known' })([{ ...row, v: [0.1, 0.2, 0.3, 0.4, Number.NaN] }], { step: 0 })
    const tokens = oreo()([{ ...row, v: [Number.NaN, 0.1, 0.2, 0.3, 0.4] }], { step: 0 })
    expect(every.loss).toBeCloseTo(tokens.loss, 12)
    near(every.cotangents[0].dlp, tokens.cotangents[0].dlp, 12)
    near(every.cotangents[0].dv!.subarray(0, 4), tokens.cotangents[0].dv!.subarray(1), 12)
  })
  test('schedules and gates', () => {
    const mu = chordMu({ warmup: 10, decay: 20, peak: 0.5, valley: 0.1 })
    expect([0, 5, 10, 20, 30, 99].map(mu).map(x => +x.toFixed(3))).toEqual([0, 0.25, 0.5, 0.3, 0.1, 0.1])
    expect([hptGate(0.25)(0.25), hptGate(0.25)(0.5)]).toEqual([
      { rl: 0, sft: 1 },
      { rl: 1, sft: 0 },
    ])
    expect([igpoReplaced([0, 0, 0], 5, 2.5), igpoReplaced([0, 1], 5, 2)]).toEqual([2, 0])
    expect([curriculumWeight(0.2, 0, 10), curriculumWeight(0.2, 10, 10)]).toEqual([0.2, 1])
    expect([balance(0, 0), balance(8, 8), balance(16, 8)]).toEqual([0, 1, 0.5])
    expect(prefixShare(0, 10, 0)).toBeCloseTo(0.95)
    expect(prefixShare(10, 10, 0)).toBeCloseTo(0.05)
  })
})

test('descent learns: a bandit by GRPO, a preference by DPO', () => {
  const p = new TabularPolicy(4)
  const draws = new AddressedRandom(3, 0, 0, 'bandit')
  for (let step = 0; step < 200; step++) {
    const taken = Array.from({ length: 16 }, () => [{ context: 's', action: p.draw('s', draws) }])
    const A = advantages(
      taken.map(t => (t[0].action === 2 ? 1 : 0)),
      taken.map(() => 's'),
      { centre: 'group', scale: 'group' },
    )
    const before = p.copy()
    p.descend(taken, losses.get('grpo')!.make(), {
      rate: 0.5,
      step,
      more: i => ({ advantage: [A[i]], lo: [before.law('s')[taken[i][0].action]] }),
    })
  }
  expect(Math.exp(p.law('s')[2])).toBeGreaterThan(0.95)
  const q = new TabularPolicy(3)
  const ref = q.copy()
  for (let step = 0; step < 300; step++)
    q.descend([[{ context: 's', action: 0 }], [{ context: 's', action: 1 }]], losses.get('dpo')!.make(), {
      rate: 1,
      more: i => ({ label: i === 0 ? 'chosen' : 'rejected' }),
      references: { ref },
    })
  expect(q.law('s')[0]).toBeGreaterThan(q.law('s')[2])
  expect(q.law('s')[1]).toBeLessThan(q.law('s')[2])
})
