import { Failure } from '../kernel/index.ts'
import { type Call, one } from './definition.ts'

/** The whole number of an option; undefined where it is not given. @throws Failure (usage) */
export function whole(call: Call, name: string, least: number): number | undefined {
  const text = one(call, name)
  if (text === undefined) return undefined
  const n = /^-?\d+$/.test(text) ? Number(text) : Number.NaN
  if (!Number.isSafeInteger(n) || n < least)
    throw new Failure('usage', `--${name}: expected a whole number from ${least}, found '${text}'`, `as in --${name} ${Math.max(least, 8)}`)
  return n
}
