// The policy where the frame brings none: the model is asked in the world's words.
import type { Dialect, Draw, Policy, Proposed, Random, Reject, Sample, Wanted, WorldBase } from '../contract/index.ts'

type Reading<A> = { draw: Draw<A> } | { text: string; why: string }
type Parse<A> = (text: string, sample?: Sample) => A | Reject

/** What one sample, or one line of it, says. */
function read<A>(sample: Sample, parse: Parse<A>, text = sample.text): Reading<A> {
  if (sample.finish === 'refused') return { text, why: 'the model refused' }
  const action = parse(text, text === sample.text ? sample : undefined)
  if (typeof action === 'object' && action !== null && 'reject' in action) {
    return { text, why: sample.finish === 'cut' ? `cut off: ${action.reject}` : action.reject }
  }
  const tokens = text === sample.text ? sample.tokens : undefined
  if (tokens === undefined) return { draw: { action: action as A, text } }
  return { draw: { action: action as A, text, tokens, logprob: tokens.reduce((a, t) => a + t.logprob, 0) } }
}
function sort<A>(all: readonly Reading<A>[]): Proposed<A> {
  const draws: Draw<A>[] = []
  const rejected: { text: string; why: string }[] = []
  for (const x of all) {
    if ('draw' in x) draws.push(x.draw)
    else rejected.push(x)
  }
  return { draws, rejected }
}
/** Nature moves here: its moves with their probabilities, or as many drawn from them. */
function chance<A>(nature: readonly { action: A; p: number }[], n: number, all: boolean, rng: () => Random): Proposed<A> {
  if (all) return { draws: nature.map(x => ({ action: x.action, prior: x.p })) }
  const r = rng()
  const weights = nature.map(x => x.p)
  return {
    draws: Array.from({ length: Number.isFinite(n) ? n : 1 }, () => nature[r.weighted(weights)]).map(x => ({
      action: x.action,
      prior: x.p,
    })),
  }
}

/**
 * Asks a model for actions.
 * - iid: n samples, each one action (or one whole attempt, where the sampling says so);
 * - distinct: one sample that lists up to n different actions, one a line; where a reply cannot be a list, as iid;
 * - sequential: one after the other, each told what is there already, and what came of it where it was taken;
 * - all: the world's own enumeration, nature's moves with their probabilities; without one, as distinct.
 */
export function modelPolicy<S, A>(world: WorldBase<S, A, any, any>, role = 'policy'): Policy<S, A, void> {
  return {
    id: `model(${role})`,
    async propose(from, { n, how, sampling }, io): Promise<Proposed<A>> {
      const at = from[0]
      const s = at.state
      const nature = world.chance?.(s)
      if (nature !== undefined && nature.length > 0) return chance(nature, n, how === 'all', () => io.random('chance', at.tried.length))
      if (how === 'all' && world.actions !== undefined) {
        const actions = world.actions(s)
        return { draws: actions.map(action => ({ action, prior: 1 / actions.length })) }
      }
      const model = io.model(role)
      const text = model.dialect === 'text'
      const language: Dialect<S, A> = text ? world : (world.dialects?.[model.dialect] ?? world)
      const lists = text && language.lists !== false && (how === 'distinct' || how === 'all')
      const want: Wanted = lists ? { for: sampling.grain ?? 'step', list: n } : { for: sampling.grain ?? 'step' }
      const parse: Parse<A> = (line, sample) => language.parse(line, s, want, sample)
      const asked = language.stop === undefined ? sampling : { ...sampling, stop: language.stop(want) }
      const count = Number.isFinite(n) ? n : 8
      if (lists) {
        const samples = await model.sample(at.messages(want), asked)
        const seen = new Set<string>()
        let left = n
        const lines = samples.flatMap(x => x.text.split('\n').flatMap(line => (line.trim() === '' ? [] : [read(x, parse, line)])))
        return sort(
          lines.filter(x => {
            if (!('draw' in x)) return true
            const key = world.actionKey?.(x.draw.action, s) ?? JSON.stringify(x.draw.action)
            return !seen.has(key) && seen.add(key) && left-- > 0
          }),
        )
      }
      if (how === 'sequential') {
        const all: Reading<A>[] = []
        for (let i = 0; i < count; i++) {
          const said = (a: A): string => (typeof a === 'string' ? a : (world.show?.(a, s) ?? JSON.stringify(a)))
          const former = [
            ...at.tried.map(x =>
              [said(x.action), x.state === undefined ? undefined : world.observed?.(x.state)].filter(Boolean).join(' -> '),
            ),
            ...all.flatMap(x => ('draw' in x ? [said(x.draw.action)] : [])),
          ]
          const messages = at.messages(want)
          if (former.length > 0 && text)
            messages.push({ role: 'user', content: `Already tried here; propose something different:\n${former.join('\n')}` })
          for (const x of await model.sample(messages, asked)) all.push(read(x, parse))
        }
        return sort(all)
      }
      return sort((await model.sample(at.messages(want), count === 1 ? asked : { ...asked, n: count })).map(x => read(x, parse)))
    },
  }
}
