import { describe, expect, test } from 'vitest'
import type { Provider } from '../contract/index.ts'
import type { FlatTree } from '../kernel/index.ts'
import { bestOfN } from '../method/index.ts'
import { scripted, simulated } from '../model/index.ts'
import { MemoryJournal, run } from '../runtime/index.ts'
import { reason, worlds } from '../world/index.ts'
import { createReward, graded, judge, judgeCheck, judgeTable, type Labelled, parseReward, readLabelled } from './index.ts'

const world = worlds.reason
const tasks = world.tasks!({ n: 12, seed: 3, size: 2 })
/** Worked out anew, by reading the sentences. */
function truth(question: string): number {
  let x = Number(/has (\d+)/.exec(question)![1])
  for (const [, more, less, times, share] of question.matchAll(/gets (\d+) more|gives (\d+) away|has (\d+) times|one of (\d+) equal/g)) {
    if (more) x += Number(more)
    if (less) x -= Number(less)
    if (times) x *= Number(times)
    if (share) x /= Number(share)
  }
  return x
}
const items: Labelled[] = tasks.flatMap(({ id, task }, i) => [
  { id: `${id}/right`, task, answer: `Answer: ${truth(task.question)}`, label: 1, line: 2 * i + 1 },
  { id: `${id}/wrong`, task, answer: `Answer: ${truth(task.question) + 1}`, label: 0, line: 2 * i + 2 },
])
const oracle = reason().oracle!

describe('a labelled file', () => {
  test('answers, states, preferences; a bad line is named and the rest is read', () => {
    const read = readLabelled(
      [
        '# a comment',
        '{"id": "a", "task": "q", "answer": 3, "label": 1}',
        '{"task": "q", "answer": "4", "label": false}',
        '{"task": "q", "state": {"question": "q", "steps": []}, "label": 0.5}',
        '{"task": "q", "chosen": "yes", "rejected": "no"}',
        '',
        '{"task": "q", "answer": "x", "label": "good"}',
        '{"task": "q", "label": 1}',
        '{"answer": "x", "label": 1}',
        '{nonsense',
      ].join('\n'),
    )
    expect(read.items.map(x => [x.id, x.answer, x.label])).toEqual([
      ['a', '3', 1],
      ['line-3', '4', 0],
      ['line-4', undefined, 0.5],
      ['line-5/chosen', 'yes', 1],
      ['line-5/rejected', 'no', 0],
    ])
    expect(read.errors.map(e => e.line)).toEqual([7, 8, 9, 10])
  })
})

describe('a judge held against labels', () => {
  test('one that knows the truth, and one that does not', async () => {
    const good = await judgeCheck({ world, judge: judge(), model: simulated({ oracle }), items, seed: 1 })
    expect(good).toMatchObject({ judge: 'judge:judge', items: 24, judged: 24, failed: [], ended: 'done', position: null })
    expect(good.accuracy.value).toBe(1)
    expect(good.auc.value).toBe(1)
    expect(good.pairs).toEqual({ count: 12, accuracy: 1 })
    expect(good.spent.calls).toBe(24)
    expect(good.each).toMatchObject({ calls: 1, usd: 0 })
    expect(good.fit.ece.isotonic).toBeLessThan(good.ece)
    const bad = await judgeCheck({ world, judge: judge(), model: simulated({ oracle, error: 0.5 }), items, seed: 1 })
    expect(bad.auc.value).toBeLessThan(0.9)
    expect(bad.auc.interval[0]).toBeLessThan(bad.auc.value)
    expect(judgeTable(good)).toMatch(/^judge {8}judge:judge by simulated\njudged {7}24 of 24\naccuracy {5}1\.000 \[0\.\d+, 1\.000\]\nAUC/)
  })
  test('duels show what standing first is worth', async () => {
    const p = scripted(ms => {
      const text = ms[0].content
      const shown = text.slice(text.indexOf('First candidate'))
      const [first, second] = [...shown.matchAll(/Answer: (\d+)/g)].map(m => Number(m[1]))
      const right = truth(text.slice(text.lastIndexOf('Problem:')))
      return String(5 + 2 * ((second === right ? 1 : 0) - (first === right ? 1 : 0)) - 1)
    })
    const r = await judgeCheck({ world, model: p, items, duels: 100, seed: 1 })
    expect(r.position?.duels).toBe(12)
    expect(r.position?.bias).toBeCloseTo(0.1, 9)
    expect(r.position?.accuracy).toBe(1)
    expect(r.position?.flips).toBe(0)
    expect(r.spent.calls).toBe(24)
    expect(judgeTable(r)).toContain('standing first is worth +0.100')
  })
  test('nonsense, no answers, and a budget that ends: said, and nothing counted as 0', async () => {
    const silent = await judgeCheck({ world, judge: judge(), model: scripted(() => 'hm'), items: items.slice(0, 2) })
    expect(silent.judged).toBe(0)
    expect(silent.accuracy.value).toBeNaN()
    expect(silent.failed).toEqual([expect.objectContaining({ why: expect.stringContaining('expected a score') }), expect.anything()])
    expect(judgeTable(silent)).toContain('not judged: 2')
    const odd: Labelled[] = [
      { id: 'cut', task: 'Why?', answer: 'because of this, and', label: 1, line: 1 },
      { id: 'none', task: '', answer: 'x', label: 1, line: 2 },
      { id: 'state', task: 'Why?', state: { question: 'Why?', steps: ['So.'] }, label: 1, line: 3 },
    ]
    const p = scripted(() => '8')
    const some = await judgeCheck({ world, judge: judge(), model: p, items: odd })
    expect(some.results).toEqual([{ id: 'state', label: 1, value: 0.8 }])
    expect(p.calls[0].messages[0].content).toContain('Step 1: So.')
    expect(some.failed.map(f => f.why)).toEqual([
      expect.stringContaining('there is no final answer'),
      expect.stringContaining('found an empty text'),
    ])
    const short = await judgeCheck({ world, judge: judge(), model: simulated({ oracle }), items, budget: { calls: 5 } })
    expect(short.judged).toBe(5)
    expect(short.spent.calls).toBe(5)
    expect(short.ended).toBe('budget')
    expect(short.failed[0].why).toContain('budget')
    await expect(judgeCheck({ world, judge: judge(), model: scripted([]), items: [] })).rejects.toThrow('nothing to judge')
  })
  test('another world: expressions of the Game of 24', async () => {
    const game = worlds.game24
    const labelled = readLabelled(
      '{"task": "4 9 10 13", "answer": "(10 - 4) * (13 - 9)", "label": 1}\n{"task": "4 9 10 13", "answer": "4 + 9 + 10 + 13", "label": 0}',
    )
    const r = await judgeCheck({
      world: game,
      judge: judge(),
      model: scripted(ms => (ms.at(-1)!.content.includes('(10 - 4)') ? '9' : '1')),
      items: labelled.items,
    })
    expect(r.accuracy.value + r.judged).toBe(3)
  })
})

describe('rewards by name', () => {
  const ctx = { entry: world }
  test.each([
    'judge:pointwise,k=3',
    'judge:pairwise',
    'judge:pairwise,k=2,anchors=3,strict',
    'judge:listwise,k=4,keep=2',
    'judge:k=3,temperature=0.5,scale=5,expectation',
    'judge:reviewer,k=2',
    'judge:listwise,role=reviewer',
    'process',
    'process:k=2,how=mean',
    'certainty',
    'likelihood',
    'votes',
    'novelty',
    'novelty:kind=count',
    'novelty:kind=elliptic',
  ])('%s is read, and shown as it was written', text => {
    const r = parseReward(text, ctx)
    expect(r.id).toBe(text)
    expect(r.verifies).toBeUndefined()
    expect(parseReward(`votes+0.5*${text}`.replace('votes+0.5*votes', 'critic+0.5*votes'), ctx).id).toContain(text)
  })
  test.each([
    ['judge:pointwise,kk=3', 'there is no option "kk"; did you mean k?'],
    ['judge:pairwise,k=0', 'expected k as a whole number from 1, found "0"'],
    ['judge:pointwise,k=x', 'found "x"'],
    ['judge:pointwise,k', 'k needs a value'],
    ['judge:pairwise,strict=maybe', 'strict is true or false'],
    ['process:how=sum', 'how is min, last, product or mean, found "sum"'],
    ['novelty:kind=new', 'kind is knn, count or elliptic'],
    ['votes:k=3', 'there is no option "k"'],
    ['vote', 'did you mean votes?'],
    ['certaint', 'did you mean certainty?'],
  ])('%s: %s', (text, why) => {
    expect(() => parseReward(text, ctx)).toThrow(expect.objectContaining({ code: 'usage', message: expect.stringContaining(why) }))
  })
  test('what reads tokens needs a model that gives them, and asks for them', () => {
    expect(() => parseReward('certainty', { ...ctx, models: { policy: scripted([]) } })).toThrow(
      'needs log-probabilities, and scripted gives none',
    )
    const able = { ...ctx, models: { policy: scripted([], { can: ['n', 'logprobs'] }) } }
    expect(createReward('votes+0.1*likelihood', able)).toMatchObject({ sampling: { logprobs: true } })
    expect(createReward('votes', able).sampling).toBeUndefined()
    expect(createReward('verify:./likelihood.sh', able).sampling).toBeUndefined()
    expect(createReward(undefined, ctx)).toEqual({ id: 'critic' })
    const judged = { models: { policy: scripted([]), judge: scripted([]) } }
    expect(createReward(undefined, { ...ctx, ...judged })).toMatchObject({ id: 'judge:judge', reward: { id: 'judge:judge' } })
    expect(createReward(undefined, { entry: worlds.game24, ...judged })).toEqual({ id: 'exact' })
  })
})

test('exact is refused where the world has no rule, before anything is spent', () => {
  expect(() => parseReward('0.5*votes+exact', { entry: world })).toThrow('world reason has no rule that rewards an answer')
})

describe.each([
  'judge:pointwise,k=2,keep=1',
  'judge:pairwise,anchors=2',
  'judge:listwise',
  'judge:k=3,expectation',
  'process',
  'certainty',
  'likelihood',
  'votes',
  'novelty',
])('%s in a search', spec => {
  const chat = (): Provider =>
    scripted(
      (ms, i) => {
        const text = ms[0].content + ms.at(-1)!.content
        const names = [...(/\{("\d+": \.\.\.[^}]*)\}/.exec(text)?.[1] ?? '').matchAll(/"(\d+)"/g)].map(m => m[1])
        const reply =
          names.length > 0
            ? JSON.stringify(Object.fromEntries(names.map(n => [n, (Number(n) + i) % 11])))
            : /score|which is better/i.test(text)
              ? `${i % 11}`
              : `Try ${i}.\nAnswer: ${i % 3}`
        return {
          text: reply,
          finish: 'stop',
          tokens: [...reply].map((_, j) => ({ id: j, logprob: -0.1 * ((i + j) % 5), certainty: (i * j) % 7 })),
        }
      },
      { can: ['n', 'logprobs'] },
    )
  const go = (journal: MemoryJournal, replayOnly: boolean) => {
    const model = chat()
    const { reward, sampling } = createReward(spec, { entry: world, models: { policy: model } })
    return run({ world: world.world as any, method: bestOfN, model, reward: reward!, sampling, budget: { calls: 40 } }, 'What is it?', {
      seed: 5,
      concurrency: 8,
      journal,
      replayOnly,
      strict: true,
    })
  }
  test('keeps to the budget, rewards what it can, and replays from its record alone', async () => {
    const journal = new MemoryJournal()
    const first = await go(journal, false)
    expect(first.spent.calls).toBeGreaterThan(10)
    expect(first.spent.calls).toBeLessThanOrEqual(40)
    expect(first.answer).toMatch(/^[012]$/)
    expect(first.solved).toBeNull()
    const t = first.tree as FlatTree
    const ends = t.answers()
    expect(ends.filter(n => !Number.isNaN(t.R[n]) && !t.is(n, 'failed')).length).toBeGreaterThan(0)
    const again = await go(journal, true)
    expect((again.tree as FlatTree).digest()).toBe(t.digest())
    expect(again.spent.calls).toBe(first.spent.calls)
    expect([again.answer, again.score]).toEqual([first.answer, first.score])
  })
})

test('a train item can pay a search, by its grader and key', async () => {
  const item = world.item!({ question: 'q' }, 'train', '1/2')
  const r = graded(world.grader!('train'), item.key)
  const io = {} as never
  expect(await r.reward({} as never, { answer: '0.5' }, io)).toEqual({ value: 1, verified: true })
  expect(await r.reward({} as never, { answer: '0.6' }, io)).toMatchObject({
    value: 0,
    verified: true,
    feedback: expect.stringContaining('0.6'),
  })
  expect((await r.reward({} as never, null, io)).value).toBeNaN()
  expect(await r.reward({} as never, { answer: '', failed: true }, io)).toEqual({ value: 0, verified: true })
})
