import { expect, test } from 'vitest'
import { keeping } from './index.ts'

test('what is kept is made once, false too, and never more is kept than allowed', () => {
  const made: string[] = []
  const of = keeping<boolean>(2)
  const ask = (name: string): boolean =>
    of(name, () => {
      made.push(name)
      return name === 'yes'
    })
  expect(['yes', 'no', 'yes', 'no'].map(ask)).toEqual([true, false, true, false])
  expect(made).toEqual(['yes', 'no'])
  expect([ask('third'), ask('third'), ask('yes')]).toEqual([false, false, true])
  expect(made).toEqual(['yes', 'no', 'third', 'yes'])
})
