import type { Policy, Search, WorldBase } from '../contract/index.ts'
import { meanLogprob } from '../kernel/index.ts'
import { modelPolicy } from '../runtime/index.ts'

/** What a model is told, so that it says how sure it is in the same reply: asked afterwards, it would know how the step went. */
export const sayConfidence = 'After it, write on a last line of its own how sure you are that it is right, in per cent: "Confidence: N%".'

const line = /^[^\S\n]*[*_>-]*\s*confidence\b[^\d\n]*(\d+(?:\.\d+)?)[^\S\n]*%?.*$/gim
/** The last confidence that a text states, in [0, 1]; undefined: it states none. */
export function confidenceIn(text: string): number | undefined {
  const said = [...text.matchAll(line)].at(-1)?.[1]
  return said === undefined ? undefined : Math.min(1, Number(said) / 100)
}

/**
 * The model's policy, with a confidence from the same reply as the forecast of each action (column F): what it states, to be asked for by the hint
 * `sayConfidence`; where it writes no words the geometric mean of its tokens' probabilities. Unknown where it gives neither. The line is not part of
 * the action.
 */
export function confidentPolicy<S, A>(world: Search<S, A, any>['world'], role = 'policy'): Policy<S, A, void> {
  const plain = (text: string): string => text.replace(line, '').trimEnd()
  const inner = modelPolicy<S, A>(
    Object.assign(Object.create(world), {
      parse: (text: string, s: S, want: Parameters<typeof world.parse>[2]) => world.parse(plain(text), s, want),
    }) as WorldBase<S, A, any, any>,
    role,
  )
  return {
    id: `confident(${role})`,
    async propose(from, o, io) {
      const proposed = await inner.propose(from, o, io)
      const draws = proposed.draws.map(d => {
        const said = d.text === undefined ? undefined : confidenceIn(d.text)
        const forecast = said ?? Math.exp(meanLogprob(d))
        return { ...d, ...(d.text === undefined ? {} : { text: plain(d.text) }), ...(Number.isNaN(forecast) ? {} : { forecast }) }
      })
      return { ...proposed, draws }
    },
  }
}
