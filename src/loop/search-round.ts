// The searches of a round: which problems, by which searches, until its calls are spent.
import { AddressedRandom } from '../kernel/index.ts'
import type { Named } from '../world/index.ts'
import { easiestFirst, mostProblems } from './curriculum.ts'
import { problemsOf, runsOf, type Searching, searchOnce } from './harvest.ts'
import { type ReadPrompts, readPrompts } from './pcl.ts'
import type { LoopState, Now, Work } from './round.ts'
import { chooseProblems } from './select.ts'
import { type Harvest, isSolved, type LoopSearch } from './spec.ts'
import { modelsOf } from './weights.ts'

/** Round 0: for measuring. Seeds differ from round to round, so that a problem that comes again is searched anew. */
export const searching = (w: Work, now: Now, round: number): Searching => ({
  store: w.store,
  loop: w.name,
  entry: w.entry,
  models: modelsOf(now, w.models, round === 0),
  seed: w.plan.seed + 1000 * round,
  signal: w.signal,
})

/** What was searched, and what was settled on before it. */
export interface Searched {
  readonly trees: readonly Harvest[]
  /** Of imagined problems. */
  readonly imagined: readonly Harvest[]
  /** Of the spec's second and third search. */
  readonly again: readonly Harvest[]
  readonly hinted: readonly Harvest[]
  readonly settings: Readonly<Record<string, number>>
  readonly calls: number
  /** Problems were chosen by what became of those before, not taken in their order. */
  readonly chosen: boolean
  readonly prompts: ReadPrompts | null
  /** Where the next round begins in the order of the problems. */
  readonly at: number
  /** All there are to search, in their order. */
  readonly listed: readonly Named<unknown>[]
}

/** Searches problems until the round's calls are spent, or all have been. @throws Stopped */
export async function searchRound(w: Work, round: number, now: Now, state: LoopState): Promise<Searched> {
  const { spec, plan } = w
  const s = searching(w, now, round)
  const known = runsOf(w.store, w.name)
  const listed = problemsOf(w.entry, plan.seed, 'train', mostProblems)
  const { at: last, beliefs } = state
  // Who follows what became of problems begins anew with the first of its list.
  const chosen = plan.select !== 'order' || plan.curriculum === 'world'
  const at = chosen ? 0 : last
  const rank = plan.select === 'pcl' || plan.curriculum === 'world' ? easiestFirst(w.entry, plan.seed) : null
  const prompts = plan.select === 'pcl' ? await readPrompts(s, listed, rank!, state.prompts) : null
  const { search: once, again: twice, hinted: thrice } = spec
  const each = [once, twice?.search, thrice?.search].reduce((n, x) => n + (x?.budget.calls ?? 0), 0)
  const m = Math.ceil(plan.spend / each)
  const problems = chosen
    ? chooseProblems(listed, { ...plan, round, beliefs, prompts, m, rank: plan.curriculum === 'world' ? rank : null })
    : listed
  let left = plan.spend
  const few = (search: LoopSearch, xs: readonly (Named<unknown> & { hint?: string })[], tag: string): Promise<Harvest[]> => {
    // What these may spend at most never passes what is left of the round; where it is little, fewer are searched rather than all in vain.
    const limit = search.budget.calls
    if (left < limit / 2) return Promise.resolve([])
    const some = xs.slice(0, Math.ceil(left / limit))
    const each = Math.min(limit, Math.floor(left / Math.max(1, some.length)))
    return Promise.all(some.map(p => searchOnce(s, search, p, `r${round} ${tag} ${p.id}`, each, known, p.hint))).then(found => {
      left -= found.reduce((n, h) => n + h.spent, 0)
      return found
    })
  }
  const take = (from: number, n: number) => Array.from({ length: n }, (_, i) => problems[(from + i) % problems.length])
  const many = async (search: LoopSearch, xs: readonly (typeof problems)[number][], tag: string): Promise<Harvest[]> => {
    const out: Harvest[] = []
    for (let i = 0; i < xs.length; i += plan.abreast) out.push(...(await few(search, xs.slice(i, i + plan.abreast), tag)))
    return out
  }
  const prepared = await spec.prepare?.({
    round,
    taught: now.critic !== plan.model,
    probe: (search, n, tag) => many(search, take(at, n), tag),
  })
  const search = prepared?.search ?? spec.search
  const made = (state.imagined ?? []).map(id => ({ id, task: w.entry.parseTask(id) }))
  const imagined = await many(search, made, 'imagined')
  const trees: Harvest[] = []
  const again: Harvest[] = []
  const hinted: Harvest[] = []
  const full = problems.length
  while (trees.length < full) {
    const chunk = take(at + trees.length, Math.min(plan.abreast, full - trees.length))
    const found = await few(search, chunk, 'search')
    if (found.length === 0) break
    trees.push(...found)
    const wanted = spec.again === undefined ? [] : found.filter(spec.again.when)
    const more =
      wanted.length === 0
        ? []
        : await few(
            spec.again!.search,
            wanted.map(h => ({ id: h.name, task: h.task })),
            'again',
          )
    again.push(...more)
    if (spec.hinted !== undefined) {
      const { search, hints } = spec.hinted
      const progress = round - left / plan.spend
      const all = found.map(h => {
        const context = { round, entry: w.entry, progress, random: new AddressedRandom(plan.seed, round, 0, `loop hints ${h.name}`) }
        const words = hints(
          h,
          more.find(x => x.name === h.name),
          context,
        )
        return words.map(hint => ({ id: h.name, task: h.task, hint }))
      })
      // The first hint of every problem, then the second ones: where the round's calls end, all have had about as many.
      for (let i = 0; all.some(x => x.length > i); i++)
        hinted.push(
          ...(await few(
            search,
            all.flatMap(x => x.slice(i, i + 1)),
            `hint ${i}`,
          )),
        )
    }
    w.onEvent({
      kind: 'searched',
      round,
      problems: trees.length,
      solved: trees.filter(isSolved).length,
      calls: plan.spend - left,
      of: plan.spend,
    })
  }
  const settings = prepared?.settings ?? {}
  return {
    trees,
    imagined,
    again,
    hinted,
    settings,
    calls: plan.spend - left,
    chosen,
    prompts,
    at: chosen ? 0 : (at + trees.length) % full,
    listed,
  }
}
