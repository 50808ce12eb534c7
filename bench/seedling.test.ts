import { expect, test } from 'vitest'
import { bench } from './seedling.ts'

test('every row has a name of its own, a positive number and a unit', async () => {
  const rows = await bench({ smoke: true })
  expect(new Set(rows.map(r => r.name)).size).toBe(rows.length)
  for (const r of rows) expect(r.value, r.name).toBeGreaterThan(0)
  expect(rows.filter(r => r.ratio !== undefined)).toHaveLength(3)
  expect(rows.find(r => r.target === 20_000)?.unit).toBe('tokens/CPU-s')
})
