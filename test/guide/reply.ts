// What the model server of the guide says: it knows how many divisors 360 has, and every seventh time it is wrong about it.
import type { Answer, Received } from '../../src/model/fixture/server.ts'

export function solver(): (r: Received) => Answer {
  let said = 0
  const solution = (): string => {
    const right = ++said % 7 !== 0
    return `360 = 2^3 * 3^2 * 5, so there are ${right ? '4 * 3 * 2 = 24' : '3 * 2 * 1 = 6'} of them.\nAnswer: ${right ? 24 : 6}`
  }
  return r => {
    const asked: string = r.body.messages.at(-1).content
    const judged = asked.trimEnd().endsWith('Verdict:')
    return { choices: Array.from({ length: r.body.n ?? 1 }, () => (judged ? 'The factors are right.\nlikely' : solution())) }
  }
}
