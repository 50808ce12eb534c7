import type { Split } from '../../contract/index.ts'
import { splitBy } from '../split.ts'

/**
 * Which split a set of numbers belongs to: by the multiset, the same in both worlds and for every target. So what a model saw in one world is not asked
 * of it in the other.
 */
export const split = (numbers: readonly number[]): Split => splitBy([...numbers].sort((a, b) => a - b).join(' '))
