// What a client sent, against its schema.
import type { z } from 'zod'
import { Refusal } from './refusal.ts'

/** @throws Refusal (400) that names the first field that is wrong */
export function checked<T>(schema: z.ZodType<T>, value: unknown, what = 'the body'): T {
  const r = schema.safeParse(value)
  if (r.success) return r.data
  const first = r.error.issues[0]
  const param = first.path.map((p, i) => (typeof p === 'number' ? `[${p}]` : i === 0 ? String(p) : `.${String(p)}`)).join('')
  throw new Refusal(400, 'invalid_value', `${param === '' ? what : param}: ${first.message}`, { param })
}
