// ToolChain*: A* over chains of calls, its costs from a memory of plans, from agreement among samples, and from one imagined plan.
import { familiarity, finish, type PlanMemory, relativePosition } from '../compose/index.ts'
import type { Ask, Io, NodeId, Search } from '../contract/index.ts'
import { argmax, canonical, chosenBy, Frontier, tell, terms } from '../kernel/index.ts'
import { bestAnswer, method } from '../runtime/index.ts'

/** How many steps a reply writes down: its lines, or one at least. */
const imagination = (whole: boolean): Ask<void, number> => ({
  id: 'imagine',
  prompt: (_, at) =>
    whole
      ? at.messages({ for: 'attempt' })
      : [...at.messages(), { role: 'user', content: 'Write the whole rest of the plan, one step a line, down to the last.' }],
  parse: text => Math.max(1, text.split('\n').filter(line => line.trim() !== '').length),
  otherwise: 1,
})

/**
 * Zhuang et al. 2023.
 *
 * 1. Open list of leaves by f = g + h. The leaf of least f is popped; if it finishes the plan, that is the answer. Else k next steps are sampled and
 *    equal ones made one child (`meaning`: equal in sense).
 * 2. Memory: plans of solved tasks, demonstrations at first; a plan that was verified is added (part `memory`; without one g_1 = h_1 = 0).
 * 3. g_1: longest common subsequence of the path with a plan, over the shorter of both; the greatest over the plans.
 * 4. g_2: share of the samples at the parent that say this step.
 * 5. g: sum along the path of (1 - g_1)^alpha (1 - g_2)^(1 - alpha).
 * 6. h_1: mean over the plans of how far on in them the step stands; of an unknown step, that of the one spelt most alike.
 * 7. h_2: steps made over steps of a plan imagined to the end.
 * 8. h = (1 - h_1)^beta (1 - h_2)^(1 - beta).
 *
 * The exact form of h and the defaults of alpha, beta, k and T are reconstructed. Each term can be switched off: it is 0 then.
 * Traps: h is not admissible, so the answer is the first complete plan popped, not made. g grows with length. 0^0 is 1, so at alpha 1 and g_1 = 1 only
 * that one term speaks. Similar samples must be one child before they are counted, or g_2 is nothing. A plan that was cut short is no answer.
 */
export const toolChainStar = method({
  id: 'tool-chain-star',
  version: 1,
  paper: {
    title: 'ToolChain*: Efficient Action Space Navigation in Large Language Models with A* Search',
    id: 'arXiv:2310.13227',
    dossier: 'tool-chain-star',
  },
  knobs: {
    alpha: { default: 0.5, min: 0, max: 1, doc: 'weight of the memory in g, against agreement' },
    beta: { default: 0.5, min: 0, max: 1, doc: 'weight of the memory in h, against imagination' },
    k: { default: 10, min: 1, max: 1000, doc: 'steps sampled at an expansion' },
    T: { default: 0, min: 0, max: 1_000_000, doc: 'most expansions; 0: until a plan is complete, or the budget ends' },
    g1: { default: true, doc: 'cost from memory' },
    g2: { default: true, doc: 'cost from agreement' },
    h1: { default: true, doc: 'rest from memory' },
    h2: {
      default: 'made',
      choices: ['made', 'popped', 'none'],
      doc: 'imagination for every child, only for a leaf that is popped, or not at all',
    },
    match: { default: 'call', choices: ['call', 'name'], doc: 'what of a step is compared with memory: all of it, or its first word' },
  },
  presets: { published: {} },
  parts: {
    memory: undefined as PlanMemory | undefined,
    meaning: undefined as ((steps: readonly unknown[], io: Io) => Promise<number[]>) | undefined,
    imagine: undefined as Ask<void, number> | undefined,
  },
  needs: ['policy'],
  async run(s: Search<any, any, any>, k, { memory, meaning, imagine }) {
    const t = s.tree
    const G = t.column('g', 0)
    const H = t.column('h', 0)
    const ask = imagine ?? imagination(s.world.grains?.includes('attempt') ?? false)
    const plans = memory === undefined ? [] : await s.call(memory.recall, undefined) // 2
    const known = plans.map(p => p.map(name))
    const written = (n: NodeId): string => {
      const a = t.action(n)
      return s.world.show?.(a, t.state(t.parent(n)!)) ?? (typeof a === 'string' ? a : canonical(a))
    }
    const named = (n: NodeId): string => name(written(n))
    function name(step: string): string {
      return k.match === 'call' ? step : (/^[^\s(]+/.exec(step.trim())?.[0] ?? step)
    }
    const way = (n: NodeId) => t.path(n).filter(m => m !== t.root)
    const rest = async (n: NodeId): Promise<number> => {
      const h2 = t.depth(n) / (t.depth(n) + (t.is(n, 'end') ? 0 : await s.at(n).ask(ask))) // 7
      return guess(n, h2)
    }
    const guess = (n: NodeId, h2: number): number => {
      const h1 = k.h1 ? relativePosition(named(n), known) : 0 // 6
      return (1 - h1) ** k.beta * (1 - h2) ** (1 - k.beta) // 8
    }
    const open = new Frontier<NodeId>('min', (n, f) => tell(t, 'f', n, f))
    chosenBy(t, terms(t, { g: e => G[e], h: e => H[e] }))
    const vague = new Set<NodeId>() // without their h_2 yet
    open.push(t.root, 0)
    for (let i = 0; k.T === 0 || i < k.T; ) {
      const n = open.pop() // 1
      if (n === undefined) return
      if (vague.delete(n)) {
        H[n] = await rest(n)
        open.push(n, G[n] + H[n])
        continue
      }
      if (t.is(n, 'end')) {
        await finish(s, [n])
        if (memory !== undefined && t.is(n, 'solved')) await s.call(memory.remember, way(n).map(written))
        return s.stop()
      }
      i++
      const edges = await s.propose(n, { n: k.k, ...(meaning === undefined ? {} : { same: meaning }) })
      const kids = await s.step([...new Set(edges)])
      const all = kids.reduce((sum, c) => sum + t.M[c], 0)
      const leaves = kids.filter(c => !t.is(c, 'failed') && !t.outcome(c)?.failed)
      await Promise.all(
        leaves.map(async c => {
          const g1 = k.g1 ? familiarity(way(c).map(named), known) : 0 // 3
          const g2 = k.g2 ? t.M[c] / all : 0 // 4
          G[c] = G[n] + (1 - g1) ** k.alpha * (1 - g2) ** (1 - k.alpha) // 5
          H[c] = k.h2 === 'made' ? await rest(c) : guess(c, 0)
          if (k.h2 === 'popped' && !t.is(c, 'end')) vague.add(c)
        }),
      )
      for (const c of leaves) open.push(c, G[c] + H[c])
    }
  },
  answer(t) {
    const [G, H] = [t.column('g', 0), t.column('h', 0)]
    const complete = t.answers().filter(n => t.is(n, 'end'))
    // What was popped first was rewarded; a plan that was only made stands behind it.
    const popped = complete.filter(n => !Number.isNaN(t.R[n]))
    return argmax(popped.length > 0 ? popped : complete, n => -(G[n] + H[n])) ?? bestAnswer(t)
  },
})
