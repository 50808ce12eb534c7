// What an exact depth-first solver does in a world that lists its moves, as a tree to be written down.
import type { Context, PureWorld, Random } from '../../contract/index.ts'
import type { Traceable, TraceEvent } from '../../kernel/index.ts'
import { token, words } from '../../model/seedling/index.ts'

type AnyWorld<S, A> = Pick<PureWorld<S, A, any, any>, 'actions' | 'step' | 'outcome' | 'dialects'>

export interface SearchTree<S, A> extends Traceable<A> {
  state(i: number): S
}

/**
 * Depth-first search up to the first solution: its tree, made as it is walked.
 * @param o.rng draws the order of moves at every state; without it they come as the world lists them
 * @param o.sayable what leads to a state that is not is left out @param o.most nodes at most, so that a hopeless task ends
 */
export function searchTree<S, A>(
  world: AnyWorld<S, A>,
  start: S,
  o: { rng?: Random; sayable?(s: S): boolean; most?: number } = {},
): SearchTree<S, A> {
  const { rng, sayable = () => true, most = 2000 } = o
  const nodes: { state: S; action: A | undefined; solved: boolean; kids: number[] | null }[] = []
  const add = (state: S, action?: A): number => {
    const out = world.outcome(state)
    return nodes.push({ state, action, solved: out?.reward === 1, kids: out === null ? null : [] }) - 1
  }
  add(start)
  return {
    children(i) {
      const n = nodes[i]
      if (n.kids === null) {
        const listed = nodes.length < most ? world.actions!(n.state) : []
        n.kids = []
        for (const a of rng ? rng.shuffle(listed) : listed) {
          const next = world.step(n.state, a)
          if (sayable(next)) n.kids.push(add(next, a))
        }
      }
      return n.kids
    },
    action: i => nodes[i].action!,
    solved: i => nodes[i].solved,
    state: i => nodes[i].state,
  }
}

const render = <S, A>(world: AnyWorld<S, A>, state: S): string =>
  world
    .dialects!.tokens.render({ state } as Context<S, A>, { for: 'step' })
    .map(m => m.content)
    .join(' ')

/**
 * A trace in the dialect `tokens`: the prompt, then steps as the world says them and `<backtrack> depth ;` for each return. `$` stands at the end of a solution
 * only; a wrong end is followed by a return.
 * @returns the prompt and what a model is to say after it
 */
export function traceTokens<S, A>(
  world: AnyWorld<S, A>,
  start: S,
  events: readonly TraceEvent<A>[],
): { prompt: string; trace: string; solved: boolean } {
  const path: S[] = [start]
  const out: string[] = []
  const prompt = render(world, start)
  let solved = false
  for (const e of events) {
    if ('back' in e) {
      path.length = e.back + 1
      out.push(`${words[token.backtrack]} ${e.back} ;`)
      continue
    }
    const at = path[path.length - 1]
    const next = world.step(at, e.step)
    const said = render(world, next).slice(render(world, at).length).trim()
    solved = world.outcome(next)?.reward === 1
    out.push(solved ? said : said.replace(/ \$$/, ' ;'))
    path.push(next)
  }
  return { prompt, trace: out.join(' '), solved }
}
