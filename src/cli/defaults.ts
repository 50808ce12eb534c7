// What several commands read from a command line, and what it means where it leaves something out.
import { Failure } from '../kernel/index.ts'
import type { WorldEntry } from '../world/index.ts'
import { type Call, one } from './definition.ts'

/** A real model where one ships that was trained on this world, else the simulated one. */
export const defaultModel = (entry: WorldEntry): string => entry.model ?? 'simulated:error=0.1'

/** `--verify COMMAND` is short for `--reward verify:COMMAND`. */
export function rewardOf(call: Call): string | undefined {
  const reward = one(call, 'reward')
  const command = one(call, 'verify')
  if (reward !== undefined && command !== undefined)
    throw new Failure(
      'usage',
      '--verify and --reward say the same thing in two ways',
      'give one of them; in a sum: --reward 0.5*critic+verify:COMMAND',
    )
  return command === undefined ? reward : `verify:${command}`
}
