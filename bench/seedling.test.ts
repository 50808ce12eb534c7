import { expect, test } from 'vitest'
import { bench } from './seedling.ts'

test('every row has a name of its own, a positive number and a unit', async () => {
  const rows = await bench({ smoke: true })
  expect(new Set(rows.map(r => r.name)).size).toBe(rows.length)
  for (const r of rows) expect(r.value, r.name).toBeGreaterThan(0)
  // A bar is about the ratio where there is one; this one is about the speed itself.
  expect(rows.filter(r => r.target !== undefined)).toMatchObject([{ unit: 'tokens/CPU-s', bar: 'at least', target: 20_000 }])
  expect(rows.filter(r => r.ratio !== undefined)).toEqual([])
})
