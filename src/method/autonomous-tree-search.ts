// Autonomous tree search: the model writes the whole search in one reply; no controller.
import { traceRounds } from '../compose/index.ts'
import { method } from '../runtime/index.ts'

/**
 * Zhang et al. 2023.
 *
 * 1. A fixed system prompt explains the form of a search with a worked example. BFS: level by level, each kept state expanded and judged, the promising ones
 *    carried on. DFS: one step at a time, a dead end named, and the state returned to.
 * 2. One completion holds the trace and, after a marker, the answer. One that breaks off is continued, `continuations` times; else it has failed.
 * 3. The trace is read as a tree: every line names its state and the one it came from, so that each edge can be checked by the world's own step.
 * 4. The answer is the state the trace ends with; where no written state is finished, the answer's text read as a whole solution.
 *
 * Traps: models invent illegal moves, so nothing is trusted after the first. Their verdicts are opinions: they are kept (column `verdict`) and prune nothing.
 * A breadth-first trace grows with its width, and output tokens are dear: compare by tokens, not by calls. A model that was never asked to search this way
 * (the seedling) writes one path, which is read as a trace without returns.
 */
export const autonomousTreeSearch = method({
  id: 'autonomous-tree-search',
  version: 1,
  slot: 'prompt',
  paper: { title: 'Autonomous Tree-search Ability of Large Language Models', id: 'arXiv:2310.10686', dossier: 'autonomous-tree-search' },
  knobs: {
    form: { default: 'bfs', choices: ['bfs', 'dfs'], doc: 'the search that the prompt explains' },
    width: { default: 5, min: 1, max: 100, doc: 'steps tried at a state, named in the prompt; in bfs also states kept at a level' },
    n: { default: 1, min: 0, max: 10_000, doc: 'replies; the paper: one call; 0: until the budget ends' },
    temperature: { default: 0.7, min: 0, max: 2, doc: 'of the replies' },
    max: { default: 4096, min: 16, max: 1_000_000, doc: 'most tokens of a reply' },
    continuations: { default: 1, min: 0, max: 100, doc: 'how often a reply without an answer is continued' },
    untilSolved: { default: true, doc: 'stop at a verified answer' },
  },
  presets: { published: { n: 1 } },
  needs: ['policy', 'reward'],
  run: (s, k) => traceRounds(s, { ...k, form: k.form === 'bfs' ? 'breadth' : 'depth' }),
})
