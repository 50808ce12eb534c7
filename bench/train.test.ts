import { expect, test } from 'vitest'
import { bench } from './train.ts'

test('every row has a name of its own, a positive number and a unit', async () => {
  const rows = await bench({ smoke: true })
  expect(new Set(rows.map(r => r.name)).size).toBe(rows.length)
  for (const r of rows) expect([r.name, Number.isFinite(r.value) && r.value > 0, (r.ratio ?? 1) > 0]).toEqual([r.name, true, true])
})
