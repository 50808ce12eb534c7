// SPaR, the search: a response that fails is refined in a small tree until one passes.
import { finish } from '../compose/index.ts'
import type { NodeId, Value, WorldBase } from '../contract/index.ts'
import { telling, top } from '../kernel/index.ts'
import { token, words } from '../model/seedling/vocabulary.ts'
import { labelIn, plainScale } from '../reward/index.ts'
import { bestAnswer, method, modelPolicy } from '../runtime/index.ts'

interface Vote {
  readonly text: string
  readonly yes: boolean
}
/**
 * A judge asked n times: a check, step by step, and yes or no. The value is the share of yes, the critique one of those on the majority's side; a tie is voted
 * on once more, and what is a tie then has no critique. Votes that cannot be read do not count.
 */
export const ballot = (n: number, temperature: number, labels: { promising: readonly string[]; lost: readonly string[] }): Value => ({
  id: `votes(${n})`,
  async value(at, io) {
    const model = io.model('critic')
    const tokens = model.dialect !== 'text'
    const messages = at.messages({ for: 'judgement' }, model.dialect)
    const asked = tokens ? [...messages, { role: 'user' as const, content: words[token.critique] }] : messages
    const [yes, no] = tokens ? [[words[token.good]], [words[token.bad]]] : [labels.promising, labels.lost]
    const read = (text: string): Vote[] => {
      const said = text.trim()
      const last = tokens
        ? said
            .replace(/ <end>$/, '')
            .split(' ')
            .at(-1)!
        : labelIn(said, [...yes, ...no])
      if (tokens && !said.endsWith(words[token.close])) return []
      return last !== undefined && yes.includes(last)
        ? [{ text: said, yes: true }]
        : no.includes(last ?? '')
          ? [{ text: said, yes: false }]
          : []
    }
    const votes: Vote[] = []
    const share = (): number => votes.filter(v => v.yes).length / votes.length
    for (let round = 0; round < 2 && (votes.length === 0 || share() === 0.5); round++) {
      const replies = await model.sample(asked, { n, temperature, ...(tokens ? { stop: [words[token.close]] } : {}) })
      votes.push(...replies.flatMap(r => read(r.text)))
    }
    if (votes.length === 0) return { value: Number.NaN, failed: true, feedback: 'no vote could be read' }
    const value = share()
    const critique = value === 0.5 ? undefined : votes.find(v => v.yes === value > 0.5)!.text
    const parts = { yes: votes.filter(v => v.yes).length, no: votes.filter(v => !v.yes).length }
    return { value, parts, ...(critique === undefined ? {} : { critique }) }
  },
})

/**
 * Cheng et al. 2024, the search half (its pairs are read off this tree). The actor answers as `policy`; the refiner, role `critic`, judges and refines.
 *
 * 1. The actor draws responses; each is judged by k votes.
 * 2. One that fails, with a critique of the majority's side, is the root of the refinements. Where none fails nothing is refined.
 * 3. Expansion: the refiner sees the response and its critique, and writes a new one; `branch` samples. V is the share of yes.
 * 4. bfs: the `keep` best of a level go on, by value or drawn in proportion to it. dfs: the best child first. It ends where a value exceeds `gate`, at `depth`, or
 *    at `nodes`.
 *
 * Traps: the judge is the model itself, so errors agree. Refinements are steps of the world: a response that the world takes for finished is not refined. A
 * refinement must copy, not paraphrase.
 */
export const spar = method({
  id: 'spar',
  version: 1,
  slot: 'learn',
  paper: {
    title: 'SPaR: Self-Play with Tree-Search Refinement to Improve Instruction-Following in Large Language Models',
    id: 'arXiv:2412.11605',
    dossier: 'spar',
  },
  knobs: {
    samples: { default: 5, min: 1, max: 1000, doc: 'responses of the actor' },
    votes: { default: 5, min: 1, max: 101, doc: 'judgements of each response' },
    branch: { default: 3, min: 1, max: 100, doc: 'refinements of a response' },
    order: { default: 'bfs', choices: ['bfs', 'dfs'], doc: 'level by level, or the best child first' },
    keep: { default: 2, min: 1, max: 100, doc: 'bfs: how many of a level are refined' },
    choose: { default: 'greedy', choices: ['greedy', 'sampled'], doc: 'bfs: the best of a level, or drawn in proportion to their values' },
    depth: { default: 3, min: 1, max: 100, doc: 'most refinements in a row' },
    gate: { default: 0.5, min: 0, max: 1, doc: 'a value above it ends the search' },
    nodes: { default: 1000, min: 1, max: 1_000_000, doc: 'most refinements' },
    actorTemperature: { default: 0.9, min: 0, max: 2, doc: 'of responses and refinements' },
    judgeTemperature: { default: 0.7, min: 0, max: 2, doc: 'of votes' },
  },
  presets: { published: {} },
  needs: ['policy'],
  async run(s, k) {
    const t = s.tree
    const { V } = t
    const labels = s.world.oracle?.labels ?? {
      promising: Object.keys(plainScale).filter(w => plainScale[w] > 0),
      lost: Object.keys(plainScale).filter(w => plainScale[w] === 0),
    }
    const value = telling(t, 'value', (n: NodeId) => V[n])
    const judge = ballot(k.votes, k.judgeTemperature, labels)
    const refiner = modelPolicy(s.world as WorldBase<any, any, any, any>, 'critic')
    const grain = s.world.grains?.includes('attempt') ? 'attempt' : 'step'
    const sampling = { temperature: k.actorTemperature, topP: 0.9 }
    const inWords = s.model('critic').dialect === 'text'
    const judged = async (nodes: NodeId[]): Promise<NodeId[]> => {
      await finish(s, nodes)
      await s.value(nodes, { by: judge })
      return nodes
    }
    const drafts = await judged(await s.expand(t.root, { n: k.samples, tries: 3, sampling: { ...sampling, grain } })) // 1
    const root = drafts.find(n => value(n) < 0.5 && !t.is(n, 'end')) // 2
    const refine = (n: NodeId): Promise<NodeId[]> => {
      const said = t.judged(n)?.critique
      const hint =
        said === undefined ? {} : { hint: inWords ? `This was said of it:\n${said}\n\nMend what is wrong, and keep the rest.` : said }
      return s.expand(n, { n: k.branch, tries: 3, by: refiner, sampling: { ...sampling, grain: 'step' }, ...hint })
    }
    const bfs = k.order === 'bfs'
    const best = (nodes: NodeId[]): NodeId[] => top(nodes, Number.POSITIVE_INFINITY, value)
    let level = 0
    let made = 0
    for (let open = root === undefined ? [] : [root]; open.length > 0 && made < k.nodes; level++) {
      const now = bfs ? open : open.slice(-1)
      const kids = await judged((await Promise.all(now.map(refine))).flat()) // 3
      made += kids.length
      if (kids.some(n => value(n) > k.gate)) return // 4
      const deeper = kids.filter(n => !t.is(n, 'end') && !Number.isNaN(V[n]) && t.depth(n) - t.depth(root!) < k.depth)
      if (!bfs) open = [...open.slice(0, -1), ...best(deeper).reverse()]
      else
        open =
          k.choose === 'greedy'
            ? best(deeper).slice(0, k.keep)
            : s.random('keep', level).sample(deeper, Math.min(k.keep, deeper.length), n => V[n] + 1e-6)
    }
  },
  answer(t) {
    const proven = bestAnswer(t)
    if (proven === null || t.is(proven, 'solved')) return proven
    const known = t.answers().filter(n => !Number.isNaN(t.V[n]))
    return known.toSorted((a, b) => t.V[b] - t.V[a] || b - a)[0] ?? proven
  },
})
