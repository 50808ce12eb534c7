import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Context, Io, MayGrade, Message, Wanted } from '../../contract/index.ts'
import { bestOfN, restMcts, selfConsistency, treeOfThoughts } from '../../method/index.ts'
import { scripted, simulated } from '../../model/index.ts'
import { judge, labels } from '../../reward/index.ts'
import { run } from '../../runtime/index.ts'
import { readTasks, worlds } from '../index.ts'
import { apply, chainOf } from './chain.ts'
import { type ReasonTask, reason, reasonWorld, withAnswer } from './index.ts'

const world = reason()
const question = 'Mia has 7 apples. Mia gets 5 more. Then Mia has 3 times as many. How many apples does Mia have now?'
const at = (state: ReturnType<typeof world.start>) => ({ state }) as Context<any, string>
const step = world.step
const content = (ms: readonly Message[]): string => ms.map(m => m.content).join('\n')
const wants: Wanted[] = [{ for: 'step' }, { for: 'step', list: 4 }, { for: 'attempt' }, { for: 'attempt', list: 3 }, { for: 'judgement' }]

describe('tasks', () => {
  test('are texts or objects; what is expected is no part of them', () => {
    const t = reasonWorld.parseTask({ question: 'What is 6 * 7?', answer: 42 })
    expect(t).toEqual({ question: 'What is 6 * 7?' })
    expect(JSON.stringify([t, world.start(t), world.render(at(world.start(t)), { for: 'attempt' })])).not.toContain('42')
    expect(reasonWorld.parseTask('{"question": "a?"}')).toEqual({ question: 'a?' })
    expect(reasonWorld.parseTask('{1, 2} has how many subsets?')).toEqual({ question: '{1, 2} has how many subsets?' })
    expect(reasonWorld.parseTask({ problem: 'Which?', choices: ['one', 2] }).question).toBe('Which?\n(A) one\n(B) 2')
    expect(reasonWorld.parseTask(t)).toBe(t)
    expect(world.start('  Why? ')).toEqual({ question: 'Why?', steps: [] })
  })
  test.each([
    ['', 'an empty text'],
    [null, 'null'],
    [7, '7'],
    [{ q: 1 }, 'without a question'],
    [{ question: 'a', choices: 'b' }, 'choices "b"'],
    ['x'.repeat(100_001), '100001 characters'],
  ])('%j is refused', (input, why) =>
    expect(() => reasonWorld.parseTask(input)).toThrow(expect.objectContaining({ code: 'usage', message: expect.stringContaining(why) })),
  )
  test('files with answers', () => {
    const read = readTasks(
      '{"id": "a", "task": "What is 1 + 1?", "answer": "2"}\n{"question": "2 + 2?", "answer": 4}\nWhy?\n',
      worlds.reason,
    )
    expect(read.errors).toEqual([])
    expect(read.tasks.map(t => [t.task, t.answer])).toEqual([
      [{ question: 'What is 1 + 1?' }, '2'],
      [{ question: '2 + 2?' }, 4],
      [{ question: 'Why?' }, undefined],
    ])
  })
  test('generated ones: no two alike, each solvable, of the split asked for, which no other wording changes', () => {
    for (const split of ['train', 'dev', 'test'] as const) {
      const all = reasonWorld.tasks!({ n: 60, split, size: 3, seed: 4 })
      expect(new Set(all.map(t => t.task.question)).size).toBe(60)
      expect(reasonWorld.tasks!({ n: 60, split, size: 3, seed: 4 })).toEqual(all)
      for (const { task } of all) {
        const chain = chainOf(task.question)!
        expect(chain.ops.length).toBe(3)
        let x = chain.start
        for (const [i, o] of chain.ops.entries()) {
          x = apply(x, o)
          expect(x).toBe(chain.truth[i])
        }
        expect(chain.truth.every(v => v >= 1 && Number.isInteger(v))).toBe(true)
        expect(reasonWorld.splitOf!(task)).toBe(split)
        const renamed = task.question.replaceAll(/^\w+|(?<=\. (?:Then )?)[A-Z][a-z]+(?= (?:gets|gives|has|keeps))|(?<=does )\w+/g, m =>
          m === 'Then' ? m : 'Zoe',
        )
        if (chainOf(renamed)) expect(reasonWorld.splitOf!({ question: renamed })).toBe(split)
      }
    }
  })
})

describe('grading', () => {
  const io = {} as Io & MayGrade<'train' | 'dev' | 'test'>
  const grade = async (task: ReasonTask, answer: string | undefined, expected?: unknown) =>
    (await reasonWorld.grader!('test').grade(answer, reasonWorld.item!(task, 'test', expected).key, io)).correct
  test('by what an answer means', async () => {
    expect(await grade({ question: 'q' }, '\\frac{1}{2}', '0.5')).toBe(1)
    expect(await grade({ question: 'q' }, '0.6', '0.5')).toBe(0)
    expect(await grade({ question: 'q' }, undefined, '0.5')).toBe(0)
    expect(await grade({ question: 'q' }, '72', 'She sold 48/2 = 24.\nAltogether 48+24 = 72.\n#### 72')).toBe(1)
    expect(await grade({ question: 'q' }, '{"b":1,"a":2}', { a: 2, b: 1 })).toBe(1)
    expect(await grade(withAnswer({ question: 'q' }, 7), '7')).toBe(1)
    expect(await grade({ question }, '36')).toBe(1)
    expect(await grade({ question }, '37')).toBe(0)
  })
  test('only where the answer is known; and a key says nothing', () => {
    expect(() => reasonWorld.item!({ question: 'Why?' }, 'test')).toThrow('no answer is known')
    expect(JSON.stringify(reasonWorld.item!({ question: 'Why?' }, 'test', 'because'))).not.toContain('because')
  })
})

describe('steps', () => {
  const s = world.start(question)
  test.each([
    ['7 + 5 = 12', '7 + 5 = 12'],
    ['Step 1: 7 + 5 = 12\nStep 2: 12 * 3 = 36\nAnswer: 36', '7 + 5 = 12'],
    ['**Step 1:** 7 + 5 = 12\n\nNext we multiply by three.', '7 + 5 = 12'],
    ['Next step: add.\n\nStep 2: multiply', 'add.'],
    ['1. 7 + 5 = 12', '7 + 5 = 12'],
    ['We compute:\n\n$$7 + 5 = 12$$\n\nThen on.', 'We compute:\n$$7 + 5 = 12$$'],
    ['12 * 3 = 36\n\nAnswer: 36', '12 * 3 = 36\nAnswer: 36'],
    ['<think>hm</think>\nIt is 12.', 'It is 12.'],
  ])('%j is read as %j', (text, read) => expect(world.parse(text, s, { for: 'step' })).toBe(read))
  test('a step with an answer ends it, a step with a result does not', () => {
    const a = step(s, '7 + 5 = 12')
    expect(world.outcome(a)).toBeNull()
    const b = step(a, '12 * 3 = 36\nAnswer: $36$ apples')
    expect(world.outcome(b)).toEqual({ answer: '$36$ apples', key: '36' })
    expect(b.steps).toEqual(['7 + 5 = 12', '12 * 3 = 36\nAnswer: $36$ apples'])
    expect(world.valid!('more', b)).toContain('the answer is given already')
  })
  test('empty, repeated and endless steps are refused, and the last one must answer', () => {
    const w = reason({ most: 3 })
    const one = w.step(w.start('Why?'), 'Because of this.')
    const two = w.step(one, 'And of that.')
    expect(w.valid!('  ', one)).toBe('the step is empty')
    expect(w.valid!('**because** of  THIS.', one)).toBe('this step was made already')
    expect(w.valid!('x'.repeat(4001), one)).toContain('too long')
    expect(w.valid!('And so on.', two)).toContain('must give the answer')
    expect(w.valid!('Answer: so', two)).toBe(true)
    expect(() => w.step(two, 'And so on.')).toThrow('must give the answer')
    expect(w.parse('and so on, and so on, and then it goes on', two, { for: 'step' })).toHaveProperty('reject')
    expect(w.parse('so it is 5 in all.', two, { for: 'step' })).toBe('so it is 5 in all.\nAnswer: 5')
    expect(content(w.render(at(two), { for: 'step' }))).toContain('Last step and answer:')
    expect(w.parse('y'.repeat(5000), one, { for: 'step' })).toEqual({ reject: expect.stringContaining('at most 4000 characters') })
    expect(w.parse('', one, { for: 'step' })).toEqual({ reject: 'the reply is empty' })
    expect(w.parse('<think>for ever', one, { for: 'step' })).toEqual({ reject: 'the reply ended before the thinking did' })
    expect(w.parse('z'.repeat(500_000), one, { for: 'attempt' })).toHaveProperty('reject')
  })
  test('equal steps are one action, equal ways one state', () => {
    expect(world.actionKey!('7 + 5 = **12**', s)).toBe(world.actionKey!('7+5=12', s))
    expect(world.key!(step(s, '7 + 5 = 12'))).toBe(world.key!(step(s, '7+5 = 12')))
    expect(world.key!(step(s, '7 + 5 = 12'))).not.toBe(world.key!(step(s, '7 + 5 = 13')))
  })
})

describe('attempts', () => {
  const s = world.start(question)
  test('a guessed answer is written out, so that the text says it itself', () => {
    expect(world.parse('7 + 5 = 12\n12 * 3 = 36', s, { for: 'attempt' })).toBe('7 + 5 = 12\n12 * 3 = 36\nAnswer: 36')
    expect(world.parse('So \\boxed{36}', s, { for: 'attempt' })).toBe('So \\boxed{36}')
    expect(world.parse('1. add, times. Answer: 36', s, { for: 'attempt', list: 2 })).toBe('add, times. Answer: 36')
  })
  test('without an answer it is refused, with the reason', () => {
    expect(world.parse('7 + 5 = 12, and then', s, { for: 'attempt' })).toEqual({
      reject: expect.stringContaining('there is no final answer'),
    })
    expect(world.parse('sure', s, { for: 'judgement' })).toHaveProperty('reject')
  })
  test('whatever is read can be taken, and ends with the answer that was read', () => {
    const part = fc.constantFrom('7 + 5 = 12', '\n', '\n\n', 'Answer: 36', 'Step 2: ', 'so it is 36.', '\\boxed{36}', '(B)', 'and', ' ')
    fc.assert(
      fc.property(fc.array(part, { maxLength: 12 }), fc.constantFrom<Wanted>({ for: 'attempt' }, { for: 'step' }), (parts, want) => {
        const a = world.parse(parts.join(''), s, want)
        if (typeof a !== 'string') return
        expect(world.valid!(a, s)).toBe(true)
        const next = step(s, a)
        if (want.for === 'attempt') expect(world.outcome(next)).not.toBeNull()
        expect(JSON.parse(JSON.stringify(next))).toEqual(next)
      }),
      { numRuns: 500 },
    )
  })
})

describe('prompts', () => {
  const s = step(world.start(question), '7 + 5 = 12')
  test.each(wants)('of %j show the question and the steps, with as many examples as asked for', want => {
    for (const shots of [0, 1, 3]) {
      for (const style of ['plain', 'chat'] as const) {
        const ms = reason({ shots, style, preface: 'You teach.' }).render(at(s), want)
        expect(ms[0]).toEqual({ role: 'system', content: 'You teach.' })
        expect(ms.at(-1)?.role).toBe('user')
        expect(ms.at(-1)?.content).toContain(`Problem:\n${question}\n\nSteps so far:\nStep 1: 7 + 5 = 12\n\n`)
        expect(ms.filter(m => m.role === 'assistant').length > 0).toBe(style === 'chat' && shots > 0)
        expect(content(ms).includes('A baker')).toBe(shots > 0)
        expect(content(ms).includes('noble gas')).toBe(shots > 2)
      }
    }
  })
  test('a judgement sees the answer', () => {
    expect(content(world.render(at(step(s, 'Answer: 36')), { for: 'judgement' }))).toContain('Answer given: 36\n\nVerdict:')
  })
  test('a bad number of shots is said', () => expect(() => reason({ shots: -1 })).toThrow('shots'))
})

describe('the oracle', () => {
  const oracle = world.oracle!
  test('reads every kind of prompt back, and knows right from wrong ways', () => {
    for (const { task } of reasonWorld.tasks!({ n: 20, seed: 2 })) {
      const chain = chainOf(task.question)!
      let s = world.start(task)
      let right = true
      for (let i = 0; i < chain.ops.length; i++) {
        for (const shots of [0, 2])
          for (const want of wants) {
            const found = oracle.read(reason({ shots }).render(at(s), want))!
            expect(found.want).toEqual(want)
            expect(oracle.promising(found.place)).toBe(right)
          }
        const moves = oracle.moves(oracle.read(world.render(at(s), { for: 'step' }))!.place)
        expect(moves.filter(m => oracle.promising(m.to)).length > 0).toBe(right)
        const move = moves[i === 1 ? moves.length - 1 : 0]
        s = step(s, world.parse(move.text, s, { for: 'step' }) as string)
        expect(oracle.read(world.render(at(s), { for: 'judgement' }))?.place).toEqual(move.to)
        right = right && i !== 1
      }
      expect(world.outcome(s)).not.toBeNull()
      expect(oracle.moves(oracle.read(world.render(at(s), { for: 'judgement' }))!.place)).toEqual([])
    }
  })
  test('knows nothing of other questions', () => expect(oracle.read(world.render(at(world.start('Why?')), { for: 'step' }))).toBeNull())
})

describe('searches', () => {
  const tasks = reasonWorld.tasks!({ n: 4, seed: 9, size: 3 })
  const model = (o = {}) => simulated({ oracle: world.oracle!, skill: 0.4, ...o })
  const right = (t: ReasonTask, answer: string | undefined) => answer === String(chainOf(t.question)?.truth.at(-1))
  const solved = async (method: any, o: object, frame: object = {}) => {
    let n = 0
    for (const { task } of tasks) {
      const r = await run({ world, method, model: model(o), value: labels({ samples: 1 }), budget: { calls: 200 }, ...frame }, task, {
        seed: 3,
        strict: true,
      })
      expect(r.spent.calls).toBeLessThanOrEqual(200)
      expect(r.solved).toBeNull() // nothing here proves an answer
      if (right(task, r.answer as string)) n++
    }
    return n
  }
  test('best-of-n with a judge', async () => expect(await solved(bestOfN, { skill: 0.7 }, { reward: judge(), knobs: { n: 24 } })).toBe(4))
  test('self-consistency', async () => expect(await solved(selfConsistency, { skill: 0.8 }, { knobs: { n: 40 } })).toBe(4))
  test('tree-of-thoughts', async () => expect(await solved(treeOfThoughts, {}, { knobs: { b: 2 } })).toBe(4))
  test('rest-mcts', async () => expect(await solved(restMcts, {}, { preset: 'robust' })).toBe(4))

  test('a vote counts answers that mean the same as one', async () => {
    const replies = [
      'It is \\frac{1}{2}.\nAnswer: \\frac{1}{2}',
      'Answer: 0.5',
      'Answer: 3',
      'half of it\n\\boxed{1/2}',
      'Answer: 3.0',
      'I do not know, because',
    ]
    const r = await run({ world, method: selfConsistency, model: scripted(replies), knobs: { n: 6 } }, 'What is 2/4?', { seed: 1 })
    expect(r.score).toBe(3)
    expect(['0.5', '1/2']).toContain(r.answer)
  })
  test('a model that never ends a step is led to an answer', async () => {
    const w = reason({ most: 4 })
    let calls = 0
    const endless = scripted(ms => {
      calls++
      const last = ms.findLast(m => m.content.includes('Problem:'))?.content ?? ''
      return last.includes('Last step') ? 'Enough. The answer is 9.' : `Consider case ${calls}, and further cases.`
    })
    const r = await run(
      {
        world: { ...w, grains: ['step'] },
        method: bestOfN,
        model: endless,
        reward: judge({ role: 'judge' }),
        knobs: { n: 1 },
        budget: { calls: 30 },
      },
      'How many?',
      { seed: 1 },
    )
    expect(r.answer).toBe('9')
    expect(r.actions.length).toBe(4)
  })
  test('nonsense, empty and cut replies end a search without an answer and without an exception', async () => {
    for (const reply of ['', '   \n', 'and then, and', '<think>never', '\\boxed{', '{"answer": ']) {
      const r = await run(
        { world, method: bestOfN, model: scripted(() => reply), reward: judge(), budget: { calls: 20 } },
        'What is 2/4?',
        { seed: 1 },
      )
      expect([reply, r.answer]).toEqual([reply, undefined])
    }
  })
})
