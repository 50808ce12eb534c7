import type { EdgeId, Search } from '../contract/index.ts'
import { actionCritic } from '../model/seedling/critic.ts'
import { chooseOne } from './choice.ts'
import { inWords } from './in-words.ts'

const pick = chooseOne('pick', { role: 'critic' })
const question = 'Which of these next steps is the most useful?'

/**
 * Ranks the actions of one state before any is taken: the critic picks the most useful one, which is then taken out, until one is left (Agent Q,
 * arXiv:2408.07199). Writes the forecast F: 1 / rank. K - 1 calls for K actions. What was not ranked, because replies could not be read, stays unknown.
 * A critic of tokens is not asked to pick, which it cannot, but for its verdict of the place after each action: K calls; the likeliest to be good is the pick.
 * @param edges of one parent
 */
export async function rankByElimination<S, A, Ans>(s: Search<S, A, Ans>, edges: readonly EdgeId[]): Promise<void> {
  const t = s.tree
  const first = edges[0]
  if (first === undefined) return
  const io = s.at(t.parent(first)!)
  const left = [...edges]
  const words = io.model('critic').dialect === 'text'
  const likely = words || left.length === 1 ? [] : await likelihoods(s, left)
  for (let rank = 1; left.length > 0; rank++) {
    const slate = { question, items: left.map(e => inWords(s, e)), history: [] }
    const i = left.length === 1 ? 0 : words ? await io.ask(pick, slate) : likely.indexOf(Math.max(...likely))
    if (i < 0) return
    t.F[left[i]] = 1 / rank
    left.splice(i, 1)
    likely.splice(i, 1)
  }
}

/** Of each action to lead to a good place; none where one of them cannot be said. */
async function likelihoods<S, A, Ans>(s: Search<S, A, Ans>, edges: readonly EdgeId[]): Promise<number[]> {
  const texts = edges.map(e => s.tree.draws(e)[0]?.text)
  if (s.at(edges[0]).model('critic').dialect !== 'tokens' || texts.some(x => x === undefined)) return []
  const said = await s.forecast(edges, { by: actionCritic(texts as string[]) })
  for (const e of edges) s.tree.F[e] = Number.NaN // what stays here is the rank
  return said.some(x => !(x.value >= 0)) ? [] : said.map(x => x.value)
}
