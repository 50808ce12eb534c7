// What the model server of the guide says: it knows how many divisors 360 has, and is wrong about it the first time, and every seventh after that.
import type { Answer, Received } from '../../src/model/fixture/server.ts'

export function solver(): (r: Received) => Answer {
  let said = 0
  const solution = (): string => {
    const right = said++ % 7 !== 0
    return `360 = 2^3 * 3^2 * 5, so there are ${right ? '4 * 3 * 2 = 24' : '3 * 2 * 1 = 6'} of them.\nAnswer: ${right ? 24 : 6}`
  }
  return r => {
    const whole = r.body.messages.map((m: { content: string }) => m.content).join('\n')
    const one = (): string => {
      if (/score from 0/.test(whole)) return `360 has ${/"""\n24\n"""/.test(whole) ? '24, as it says.\n9' : 'more than that.\n2'}`
      return whole.trimEnd().endsWith('Verdict:') ? 'The factors are right.\nlikely' : solution()
    }
    return { choices: Array.from({ length: r.body.n ?? 1 }, one) }
  }
}
