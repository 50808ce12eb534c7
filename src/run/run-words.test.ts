import { expect, test } from 'vitest'
import type { RunMeta } from '../store/index.ts'
import { worlds } from '../world/index.ts'
import { comparisonId } from './compare-store.ts'
import { recorded } from './replay.ts'
import { answerText, taskText } from './run-words.ts'

test('an answer reads as one: a reply is what it says and calls, anything else as it is', () => {
  expect(answerText('(10 - 4) * (13 - 9)')).toBe('(10 - 4) * (13 - 9)')
  expect(answerText({ text: 'Four.' })).toBe('Four.')
  expect(answerText({ text: '', toolCalls: [{ name: 'add', arguments: '{"a":2}' }] })).toBe('add({"a":2})')
  expect(answerText({ text: '' })).toBe('')
  expect(answerText({ x: 1 })).toBe('{"x":1}')
  expect(answerText('long answer', 5)).toBe('long…')
})

test('a task reads as it was typed, else as its world writes it', () => {
  const meta = (m: Partial<RunMeta>): RunMeta => ({ options: {}, ...m }) as RunMeta
  expect(taskText(meta({ world: 'game24', task: { numbers: [4, 9, 10, 13] }, options: { plan: { task: '4 9 10 13' } } }))).toBe('4 9 10 13')
  expect(taskText(meta({ world: 'chat', task: worlds.chat.parseTask('What is 1 + 1?') }))).toBe('What is 1 + 1?')
  expect(taskText(meta({ world: 'one of mine', task: { a: 1 } }))).toBe('{"a":1}')
})

test('a comparison is not replayed as if it were one run', async () => {
  const meta = { id: 'r-1', method: { id: comparisonId }, options: {} } as unknown as RunMeta
  await expect(recorded(meta)).rejects.toMatchObject({
    message: 'r-1 is a comparison, which is many runs',
    hint: 'its runs: espalier runs --of r-1',
  })
})
