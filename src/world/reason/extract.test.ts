import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { choicesIn, finalAnswer, markedAnswer, spoken } from './extract.ts'

const choices = ['nitrogen', 'oxygen', 'argon']

describe('an answer that is marked', () => {
  test.each([
    ['Answer: 42', '42'],
    ['**Answer:** 42', '42'],
    ['**Answer**: 42', '42'],
    ['### Final answer\n\nAnswer = 12', '12'],
    ['**Final Answer:**\n\n$42$', '42'],
    ['Final Answer: The final answer is $\\frac{1}{2}$. I hope it is correct.', '1/2'],
    ['So it is \\boxed{\\frac{1}{\\sqrt{2}}}.', '\\frac{1}{\\sqrt{2}}'],
    ['\\boxed{\\{1, \\frac{1}{2}\\}}', '\\{1, \\frac{1}{2}\\}'],
    ['\\boxed{3} no, wait: \\boxed{4}', '4'],
    ['$$\\boxed{12 \\text{ cm}}$$', '12 \\text{ cm}'],
    ['The final answer is \\boxed{7}.', '7'],
    ['3 + 4 = 7\n#### 1,007', '1007'],
    ['The answer is 3.5. That is all.', '3.5'],
    ['Our answer is therefore 12.', '12'],
    ['the answer to the question is 7.', '7'],
    ['The correct option is (C).', 'C'],
    ['Therefore the final answer is: \\(x = 5\\).', '5'],
    ['Answer: (0, 1]. Since it is open at 0.', '(0, 1]'],
    ['Answer: $5.50', '$5.50'],
    ['Answer: U.S. Grant', 'U.S. Grant'],
    ['Answer: St. Louis. It lies on the Mississippi.', 'St. Louis'],
    ['Answer (in cm): 12', '12'],
    ['Answer: 5\n\nWait. The answer is 6.', '6'],
    ['{"reasoning": "so", "answer": 42}', '42'],
    ['```json\n{"answer": {"x": 1, "y": [2]}}\n```', '{"x":1,"y":[2]}'],
    ['{"steps": [{"n": 1}], "final_answer": "Paris"}', 'Paris'],
    ['47 + 5 = 52, so the answer is 52.', '52'],
    ['Answer: yes', 'yes'],
  ])('%j: %s', (text, answer) => {
    expect(markedAnswer(text)?.answer).toBe(answer)
    expect(finalAnswer(text)?.answer).toBe(answer)
  })
  test.each([
    'Answer:',
    'The answer is',
    'Answer: ...',
    'Answer: <your answer>',
    '12 + 3 = 15',
    'Let me find the answer to this.',
    '\\boxed{}',
    '\\boxed{3',
    'What is the answer?',
    '',
  ])('there is none in %j', text => expect(markedAnswer(text)).toBeNull())
})

describe('an answer that is not marked', () => {
  test.each([
    ['42', '42', 'line'],
    ['Paris', 'Paris', 'line'],
    ['Step 1: 3 + 4 = 7\nStep 2: 7 * 2 = 14', '14', 'result'],
    ['So she has 42 apples left.', '42', 'line'],
    ['She earned $18 each day.\nThat makes $1,260 in all.', '$1,260', 'line'],
    ['Hence, P = 3/4.', '3/4', 'result'],
    ['First we factor.\n\n**x = 5**', '5', 'line'],
    ['(B)', 'B', 'line'],
    ['We count them.\n\n12', '12', 'line'],
  ])('%j: %s', (text, answer, how) => expect(finalAnswer(text)).toEqual({ answer, how }))
  test.each([
    ['a reply cut in a sum', 'She buys 3 + '],
    ['a reply cut in a sentence', 'Then she has 42 apples and'],
    ['a reply cut in a box', 'So it is \\boxed{\\frac{1}{2'],
    ['a reply cut before its answer', 'We know that a = 5. Next we look at the second equation, where we find that b'],
    ['nothing', '  \n '],
    ['a heading', 'The answer is:'],
    ['a dash', '---'],
  ])('%s has none', (_, text) => expect(finalAnswer(text)).toBeNull())
})

describe('choices', () => {
  test('are read from the question', () => {
    expect(choicesIn('Which? (A) nitrogen (B) oxygen, (C) argon')).toEqual(choices)
    expect(choicesIn('Which?\nA. nitrogen\nB. oxygen\nC. argon\nThink well.')).toEqual(choices)
    expect(choicesIn('Which?\nA) nitrogen\nB) oxygen\nC) argon')).toEqual(choices)
    expect(choicesIn('Let f(A) be the area of (A).')).toEqual([])
    expect(choicesIn('What is 2 + 2?')).toEqual([])
  })
  test.each([
    ['The answer is argon.', 'C'],
    ['Answer: (C) argon', 'C'],
    ['Answer: C. argon', 'C'],
    ['Answer: c', 'C'],
    ['\\boxed{\\text{C}}', 'C'],
    ['Not (A), since it reacts, so it is (C).', 'C'],
    ['Answer: Argon', 'C'],
    ['Answer: helium', 'helium'],
  ])('%j: %s', (text, answer) => expect(finalAnswer(text, choices)?.answer).toBe(answer))
})

test('thinking is not speaking', () => {
  expect(spoken('<think>The answer is 5.</think>\nAnswer: 6')).toBe('\nAnswer: 6')
  expect(spoken('<think>The answer is 5.')).toBeNull()
  expect(spoken('Answer: 6')).toBe('Answer: 6')
})

test('any text: no exception; what is found is never empty', () => {
  const part = fc.constantFrom(
    'Answer',
    ':',
    ' is ',
    '\\boxed{',
    '}',
    '{',
    '####',
    '\n',
    '42',
    'the answer',
    '**',
    '$',
    '"answer"',
    '.',
    '(B)',
    '=',
    ' ',
    'x',
    '\u2212',
  )
  fc.assert(
    fc.property(
      fc.oneof(
        fc.array(part, { maxLength: 30 }).map(x => x.join('')),
        fc.string(),
      ),
      text => {
        const found = finalAnswer(text, choices)
        if (found !== null) expect(found.answer.trim()).not.toBe('')
        if (markedAnswer(text, choices) !== null) expect(found).not.toBeNull()
      },
    ),
    { numRuns: 2000 },
  )
})
test.each([
  '{',
  '\\boxed{',
  'answer ',
  'answer is ',
  'answer to ',
  '####',
  '{"answer":',
  '(',
  '**',
  '\n',
  '= 4',
  'Step 1: ',
  '<think>',
  'a. ',
])('megabytes of %j end', unit => {
  const text = unit.repeat(Math.ceil((1 << 20) / unit.length))
  finalAnswer(text, choices)
  markedAnswer(text)
  choicesIn(text)
  expect(spoken(`${text}</think>Answer: 1`)).toBe('Answer: 1')
})
