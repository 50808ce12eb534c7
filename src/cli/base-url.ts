import { Failure } from '../kernel/index.ts'
import { type Call, one } from './definition.ts'

/** Where an API is, from `--base-url`. It is kept with the run, where nothing secret belongs. @throws Failure (usage) */
export function baseUrlOf(call: Call): string | undefined {
  const text = one(call, 'base-url')
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
