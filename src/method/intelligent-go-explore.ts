// Intelligent Go-Explore: return to an interesting state, explore from there, keep what is interesting; a model says what is.
import { chooseOne, chosen, finish, StateArchive, yesOrNo } from '../compose/index.ts'
import type { Drawing, EdgeId, NodeId, Sim } from '../contract/index.ts'
import { argmax, canonical, telling } from '../kernel/index.ts'
import { method } from '../runtime/index.ts'

const selectState = chooseOne('select-state')
const selectAction = chooseOne('select-action')
const interesting = yesOrNo('interesting')

/**
 * Lu et al. 2025: Go-Explore with a foundation model in the three places where heuristics were hand-made.
 *
 * 1. Archive: state key -> the node nearest to the root. Actions tried belong to the state, not to the way there.
 * 2. Select: the model reads the list of archived states that still have untried actions, in a fixed order, and names one.
 * 3. Return: to its node (worlds that live are moved or replayed there; one that cannot be reached any more leaves the archive).
 * 4. Explore up to `horizon` steps: the model names one of the untried actions of where it stands.
 * 5. Admit: is a new state interestingly new beside the archive? `yes`: kept; `no`: banned, and never asked about again. Exploration goes on from it all the
 *    same. States that `keep` names are kept unasked.
 * 6. A reply that cannot be read is a choice by chance, or a no.
 * 7. All used up: banned states with untried actions are let in after all, so that no route is lost for good (not in the paper); where there are none,
 *    everything is untried again, as long as that brings anything new.
 *
 * Traps: a no on the only route costs all that is tried before it is let in; name what must be kept. Long lists are read badly: `shown` of them, drawn anew each time.
 * Each of the three roles can be taken from the model: `select` and `act` by chance (or, of states, the least visited), `admit` everything or nothing.
 */
export const intelligentGoExplore = method({
  id: 'intelligent-go-explore',
  version: 1,
  paper: {
    title: 'Intelligent Go-Explore: Standing on the Shoulders of Giant Foundation Models',
    id: 'arXiv:2405.15143',
    dossier: 'intelligent-go-explore',
  },
  slot: 'search',
  knobs: {
    select: {
      default: 'model',
      choices: ['model', 'visits', 'random'],
      doc: 'who chooses the state to return to; visits: the least visited',
    },
    act: { default: 'model', choices: ['model', 'random'], doc: 'who chooses among untried actions' },
    admit: { default: 'model', choices: ['model', 'all', 'none'], doc: 'who says what enters the archive; none: only what `keep` names' },
    horizon: { default: 3, min: 1, max: 100_000, doc: 'steps explored from a state returned to' },
    history: { default: 5, min: 0, max: 1000, doc: "of each role's own replies, so many are shown to it again" },
    shown: { default: 40, min: 2, max: 100_000, doc: 'longest list of states or actions that is shown' },
    how: {
      default: 'distinct',
      choices: ['all', 'distinct', 'iid'],
      doc: 'actions enumerated by the world, or listed or sampled by the policy',
    },
    width: { default: 8, min: 1, max: 1000, doc: 'actions drawn at a state, where they are not enumerated' },
    returns: { default: 0, min: 0, max: 10_000_000, doc: 'most returns; 0: until the budget ends or nothing is left' },
    explorers: { default: 1, min: 1, max: 1000, doc: 'explorers side by side; 1: as the paper' },
    untilSolved: { default: true, doc: 'stop at a verified answer' },
  },
  presets: { published: { how: 'all' } },
  parts: {
    selectState,
    selectAction,
    interesting,
    /** A state in words, for the lists; default: its key, else its way. */
    describe: undefined as ((state: any) => string) | undefined,
    /** An action in words, for the lists; default: as the policy wrote it, else as the world shows it. */
    name: undefined as ((action: any, state: any) => string) | undefined,
    /** States that enter the archive whatever the model says: an unlocked door, a lost game. */
    keep: (() => false) as (state: any) => boolean,
  },
  needs: ['policy'],
  async run(s, k, parts) {
    const t = s.tree
    const archive = new StateArchive(s)
    const action = (e: EdgeId, n: NodeId): string =>
      parts.name?.(t.action(e), t.state(n)) ??
      t.draws(e)[0]?.text?.trim() ??
      s.world.show?.(t.action(e), t.state(n)) ??
      canonical(t.action(e))
    const state = (n: NodeId): string => {
      const way = t.path(n).slice(1)
      const walked = () => way.map(e => action(e, t.parent(e)!)).join('; ') || 'the start'
      return parts.describe?.(t.state(n)) ?? s.world.key?.(t.state(n)) ?? walked()
    }
    const said: Record<'select' | 'act' | 'admit', string[]> = { select: [], act: [], admit: [] }
    const remember = (of: string[], text: string) => of.splice(0, of.push(text) - k.history)
    const drawn = new Map<NodeId, number>()
    let round = 0
    const draw = async (n: NodeId) => {
      if (t.is(n, 'end') || drawn.get(n) === round) return
      drawn.set(n, round)
      await s.propose(n, k.how === 'all' ? { how: 'all' } : { how: k.how as Drawing, n: k.width })
    }
    const select = async (states: readonly NodeId[], sim: Sim) => {
      if (k.select === 'random') return sim.random.pick(states)
      if (k.select === 'visits')
        return argmax(
          states,
          telling(t, 'unvisited', n => -archive.visits(n)),
        )!
      const question = 'Of the states that you could return to and explore from, which is the most promising?'
      const n = states[await chosen(s, parts.selectState, { question, items: states.map(state), history: said.select }, sim.random, k)] // 2
      remember(said.select, state(n))
      return n
    }
    const act = async (at: NodeId, edges: readonly EdgeId[], sim: Sim) => {
      if (k.act === 'random') return sim.random.pick(edges)
      const question = 'Which of these steps, not taken here yet, is the most promising?'
      const items = edges.map(e => action(e, at))
      const e = edges[await chosen(s.at(at), parts.selectAction, { question, items, history: said.act }, sim.random, k)] // 4
      remember(said.act, action(e, at))
      return e
    }
    const admit = async (n: NodeId) => {
      if (archive.banned(n)) return
      if (archive.has(n)) return archive.admit(n) // a shorter way, perhaps
      let yes = parts.keep(t.state(n)) || k.admit === 'all'
      if (!yes && k.admit === 'model') {
        const question = `Is this state interestingly new, and worth returning to: ${state(n)}? The archive holds`
        yes = await s.at(n).ask(parts.interesting, { question, items: archive.all().slice(-k.shown).map(state), history: said.admit })
        remember(said.admit, `${state(n)}: ${yes ? 'yes' : 'no'}`)
      }
      yes ? archive.admit(n) : archive.ban(n) // 5
    }
    const explore = async (sim: Sim) => {
      const states = archive.open()
      if (states.length === 0) sim.hold(null)
      let at = sim.hold(await select(states, sim)) // 3
      for (let step = 0; step < k.horizon; step++) {
        archive.visit(at)
        await draw(at)
        const edges = archive.untried(at)
        if (edges.length === 0) return
        const e = await act(at, edges, sim)
        archive.try(at, e)
        const [next] = await s.step([sim.hold(e)])
        if (next === undefined) return
        await finish(s, [next], k)
        if (t.is(next, 'end')) return
        await draw(next)
        await admit(next)
        at = sim.hold(archive.best(next))
      }
    }
    archive.admit(t.root)
    for (let size = -1, more = false; more || t.size > size; round += more ? 0 : 1) {
      size = t.size
      await draw(t.root)
      await s.workers(explore, { slots: k.explorers, ...(k.returns > 0 ? { times: k.returns } : {}) })
      if (k.returns > 0) return
      more = archive.readmit() // 7
      if (!more) archive.reset()
    }
  },
})
