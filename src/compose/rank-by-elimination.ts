import type { EdgeId, Search } from '../contract/index.ts'
import { chooseOne } from './choice.ts'
import { inWords } from './in-words.ts'

const pick = chooseOne('pick', { role: 'critic' })
const question = 'Which of these next steps is the most useful?'

/**
 * Ranks the actions of one state before any is taken: the critic picks the most useful one, which is then taken out, until one is left (Agent Q,
 * arXiv:2408.07199). Writes the forecast F: 1 / rank. K - 1 calls for K actions. What was not ranked, because replies could not be read, stays unknown.
 * @param edges of one parent
 */
export async function rankByElimination<S, A, Ans>(s: Search<S, A, Ans>, edges: readonly EdgeId[]): Promise<void> {
  const t = s.tree
  const first = edges[0]
  if (first === undefined) return
  const io = s.at(t.parent(first)!)
  const left = [...edges]
  for (let rank = 1; left.length > 0; rank++) {
    const slate = { question, items: left.map(e => inWords(s, e)), history: [] }
    const i = left.length === 1 ? 0 : io.model('critic').dialect === 'text' ? await io.ask(pick, slate) : -1
    if (i < 0) return
    t.F[left[i]] = 1 / rank
    left.splice(i, 1)
  }
}
