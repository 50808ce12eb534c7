// The policy where the frame brings none: the model is asked in the world's words.
import type { Draw, Policy, Proposed, Sample, Wanted, WorldBase } from '../contract/index.ts'

type Reading<A> = { draw: Draw<A> } | { text: string; why: string }

/**
 * Asks a model for actions.
 * - iid: n samples, each one action (or one whole attempt, where the sampling says so);
 * - distinct: one sample that lists up to n different actions, one a line;
 * - sequential: one after the other, each told what is there already;
 * - all: the world's own enumeration, nature's moves with their probabilities; without one, as distinct.
 */
export function modelPolicy<S, A>(world: WorldBase<S, A, any, any>, role = 'policy'): Policy<S, A, void> {
  return {
    id: `model(${role})`,
    async propose(from, { n, how, sampling }, io): Promise<Proposed<A>> {
      const at = from[0]
      const s = at.state
      const nature = world.chance?.(s)
      if (nature !== undefined && nature.length > 0) {
        if (how === 'all') return { draws: nature.map(x => ({ action: x.action, prior: x.p })) }
        const rng = io.random('chance', at.tried.length)
        const count = Number.isFinite(n) ? n : 1
        return {
          draws: Array.from({ length: count }, () => nature[rng.weighted(nature.map(x => x.p))]).map(x => ({
            action: x.action,
            prior: x.p,
          })),
        }
      }
      if (how === 'all' && world.actions !== undefined) {
        const actions = world.actions(s)
        return { draws: actions.map(action => ({ action, prior: 1 / actions.length })) }
      }
      const model = io.model(role)
      const language = model.dialect === 'text' ? world : world.dialects?.[model.dialect]
      const parse = (text: string, want: Wanted): A | { reject: string } => (language ?? world).parse(text, s, want)
      const grain = sampling.grain ?? 'step'
      const stops = model.dialect === 'text' ? undefined : world.dialects?.[model.dialect]?.stop
      const read = (sample: Sample, want: Wanted, text = sample.text): Reading<A> => {
        if (sample.finish === 'refused') return { text, why: 'the model refused' }
        const action = parse(text, want)
        if (typeof action === 'object' && action !== null && 'reject' in action)
          return { text, why: sample.finish === 'cut' ? `cut off: ${action.reject}` : action.reject }
        const tokens = text === sample.text ? sample.tokens : undefined
        return {
          draw: {
            action: action as A,
            text,
            ...(tokens === undefined ? {} : { tokens, logprob: tokens.reduce((a, t) => a + t.logprob, 0) }),
          },
        }
      }
      const sort = (all: readonly Reading<A>[]): Proposed<A> => {
        const draws: Draw<A>[] = []
        const rejected: { text: string; why: string }[] = []
        for (const x of all) 'draw' in x ? draws.push(x.draw) : rejected.push(x)
        return { draws, rejected }
      }
      const asked = (want: Wanted) => ({ ...sampling, ...(stops === undefined ? {} : { stop: stops(want) }) })
      if ((how === 'distinct' || how === 'all') && model.dialect === 'text') {
        const want: Wanted = { for: grain, list: n }
        const samples = await model.sample(at.messages(want), asked(want))
        const lines = samples.flatMap(x =>
          x.text
            .split('\n')
            .filter(line => line.trim() !== '')
            .map(line => read(x, want, line)),
        )
        const seen = new Set<string>()
        const unique = lines.filter(x => {
          if (!('draw' in x)) return true
          const key = world.actionKey?.(x.draw.action, s) ?? JSON.stringify(x.draw.action)
          return !seen.has(key) && seen.add(key)
        })
        let left = n
        return sort(unique.filter(x => !('draw' in x) || left-- > 0))
      }
      const want: Wanted = { for: grain }
      const count = Number.isFinite(n) ? n : 8
      if (how === 'sequential') {
        const all: Reading<A>[] = []
        for (let i = 0; i < count; i++) {
          const former = [...at.tried.map(x => x.action), ...all.flatMap(x => ('draw' in x ? [x.draw.action] : []))]
          const messages = at.messages(want)
          if (former.length > 0 && model.dialect === 'text') {
            messages.push({
              role: 'user',
              content: `Already tried here; propose something different:\n${former.map(a => (typeof a === 'string' ? a : JSON.stringify(a))).join('\n')}`,
            })
          }
          for (const x of await model.sample(messages, asked(want))) all.push(read(x, want))
        }
        return sort(all)
      }
      return sort((await model.sample(at.messages(want), { ...asked(want), n: count })).map(x => read(x, want)))
    },
  }
}
