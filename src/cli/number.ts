import { Failure } from '../kernel/index.ts'
import { type Call, one } from './definition.ts'

/** An option that is a number. @throws Failure (usage) */
export function number(call: Call, name: string, fallback: number): number {
  const text = one(call, name)
  const x = text === undefined ? fallback : Number(text)
  if (text?.trim() === '' || !Number.isFinite(x)) throw new Failure('usage', `--${name}: expected a number, found '${text}'`)
  return x
}
