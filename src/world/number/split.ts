import type { Split } from '../../contract/index.ts'
import { hashText, mix } from '../../kernel/hash.ts'

/**
 * Which split a set of numbers belongs to: 70 % train, 15 % dev, 15 % test, by a fixed hash of the multiset, the same in both worlds and for every
 * target. So what a model saw in one world is not asked of it in the other. The hash never changes: results and weights depend on it.
 */
export function split(numbers: readonly number[]): Split {
  const text = [...numbers].sort((a, b) => a - b).join(' ')
  const share = mix(hashText(text), 0x5911) % 100
  return share < 70 ? 'train' : share < 85 ? 'dev' : 'test'
}
