// What several commands read from a command line, and what it means where it leaves something out.
import { Failure } from '../kernel/index.ts'
import type { WorldEntry } from '../world/index.ts'
import { type Call, one } from './definition.ts'

/** A real model where one that ships speaks the world's language, else the simulated one. */
export const defaultModel = (entry: WorldEntry): string => (entry.world.dialects?.tokens === undefined ? 'simulated:error=0.1' : 'seedling')

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

/** It is kept with the run, where nothing secret belongs. */
export function plainUrl(text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  const url = URL.parse(text)
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new Failure('usage', '--base-url: expected an http address', 'as in --base-url http://127.0.0.1:8000/v1')
  if (url.username !== '' || url.password !== '')
    throw new Failure(
      'usage',
      '--base-url: expected an address without a user and password',
      'put the key into the variable that the model takes it from',
    )
  return text
}
