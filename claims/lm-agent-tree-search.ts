// Best-first search in the real environment against breadth-first and depth-first, and against no search, on made-up sites.
import type { KnobValue, Limits, Method } from '../src/contract/index.ts'
import { bestOfN, greedy, lmAgentTreeSearch } from '../src/method/index.ts'
import { simulated } from '../src/model/index.ts'
import type { Arm, Claim } from '../src/run/index.ts'
import { type SiteTask, site, siteJudge } from './fixture/site.ts'

const rounds = 5
const most = 10 // states judged for one decision, in the arms that are compared

export const claim: Claim = {
  id: 'lm-agent-tree-search',
  paper: lmAgentTreeSearch.paper!,
  evidence: ['lm-agent-tree-search'],
  claim:
    'Best-first search over real pages, guided by a sampled judge, makes a web agent succeed more often, the more so the more states it may look at.',
  hypothesis:
    'On sites of 200 pages with 2 % goals five clicks away, success rises with the states judged per decision and with the samples of the judge, and best-first beats breadth-first and depth-first over the same code.',
  equal: { unit: 'clicks', budget: rounds * most },
  async run(lab) {
    const n = lab.pick(150, 3)
    const solve = async (name: string, method: Method, knobs: Record<string, KnobValue>, o: { budget?: Limits; clicks?: number } = {}) => {
      lab.say(name)
      const solved: number[] = []
      let clicks = 0
      let calls = 0
      for (let i = 0; i < n; i++) {
        const task: SiteTask = { seed: 10_000 * lab.seed + i, pages: 200, links: 6, far: 5, clicks: 10 }
        // One click in ten of the agent's is chosen well, the others are any link. The judge errs three times in ten.
        const policy = simulated({ oracle: site.oracle!, skill: 0.1, width: 100, seed: i })
        const model = { policy, critic: siteJudge({ error: 0.3, seed: i }) }
        const r = await lab.run({ world: site, method, knobs, model, ...(o.budget === undefined ? {} : { budget: o.budget }) }, task)
        solved.push(r.solved ? 1 : 0)
        clicks += r.spent.steps / n
        calls += r.spent.calls / n
      }
      return { calls, arm: lab.arm(name, solved, { spent: clicks, budget: o.clicks ?? rounds * most }) }
    }
    const search = (name: string, knobs: Record<string, KnobValue>, c = most) =>
      solve(name, lmAgentTreeSearch, { maxSteps: rounds, draws: 10, samples: 5, c, ...knobs }, { clicks: rounds * c })
    const agent = await solve('the agent without search', greedy, {}, { clicks: 10 })
    const retried = await solve('the agent tried again', bestOfN, { n: 0 }, { budget: { steps: rounds * most } })
    const c3 = await search('best-first, 3 states a decision', {}, 3)
    const c10 = await search('best-first, 10 states', {})
    const c20 = await search('best-first, 20 states', {}, 20)
    const one = await search('best-first, 10 states, 1 judgement', { samples: 1 })
    const twenty = await search('best-first, 10 states, 20 judgements', { samples: 20 })
    const breadth = await search('breadth-first, 10 states', { frontier: 'breadth' })
    const depth = await search('depth-first, 10 states', { frontier: 'depth' })
    const calls = Math.round(c10.calls)
    const dear = await solve('the agent tried again, with the calls of 10 states', bestOfN, { n: 0 }, { budget: { calls }, clicks: calls })
    const beats = (says: string, a: { arm: Arm }, b: { arm: Arm }, counts = true) =>
      lab.paired(says, a.arm, b.arm, { above: 0, least: 0.05, counts })
    return {
      arms: [agent, retried, c3, c10, c20, one, twenty, breadth, depth, dear].map(x => x.arm),
      findings: [
        beats('best-first beats breadth-first', c10, breadth),
        beats('best-first beats depth-first', c10, depth),
        beats('search beats the agent without search', c10, agent),
        beats('10 states a decision beat 3', c10, c3),
        beats('5 judgements of a state beat 1', c10, one),
        beats('20 states beat 10', c20, c10, false),
        beats('20 judgements beat 5', twenty, c10, false),
        beats('search beats the agent tried again, at equal clicks', c10, retried, false),
        beats('search beats the agent tried again, at equal calls', c10, dear, false),
      ],
      notes: [
        `Clicks are what is held equal, as in the paper. In calls a state is dear: 10 samples for its candidates and 5 judgements; an item cost ${c10.calls.toFixed(0)} calls against ${retried.calls.toFixed(0)} of the agent tried again at equal clicks.`,
        'Beyond ten states and five judgements hardly anything is left to gain here.',
        'Reaching a goal ends the way and is proven by the site, for all arms alike.',
      ],
    }
  },
}
