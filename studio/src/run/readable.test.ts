import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readable } from './readable.ts'

test('says the same as before', () => {
  fc.assert(
    fc.property(fc.oneof(fc.dictionary(fc.string(), fc.jsonValue()), fc.array(fc.jsonValue())), value => {
      expect(JSON.parse(readable(JSON.stringify(value), 30))).toEqual(JSON.parse(JSON.stringify(value)))
    }),
  )
})
test('short things stay on a line, long ones are laid out, what is no JSON stays', () => {
  expect(readable('{"left":[[9,1],[10,1]],"moves":[]}')).toBe('{"left": [[9, 1], [10, 1]], "moves": []}')
  expect(readable('{"left":[1,2],"moves":["a + b"]}', 20)).toBe('{\n  "left": [1, 2],\n  "moves": ["a + b"]\n}')
  expect(readable('{"left":[1,2],"moves":["a + b"]}', 19)).toBe('{\n  "left": [1, 2],\n  "moves": [\n    "a + b"\n  ]\n}')
  expect(readable('{not json')).toBe('{not json')
  expect(readable('step 1\n[2]')).toBe('step 1\n[2]')
})
