// What the toy world's model says, by a server: a function of the request's seed, so of the address it comes from.
import { AddressedRandom } from '../../src/kernel/index.ts'
import type { Answer, Received } from '../../src/model/fixture/server.ts'

export function digits(r: Received): Answer {
  const random = new AddressedRandom(1, r.body.seed ?? 0, 0, 'digits')
  return { choices: Array.from({ length: r.body.n ?? 1 }, () => Array.from({ length: 8 }, () => random.int(10)).join('')) }
}
