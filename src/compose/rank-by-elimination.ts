import type { Ask, EdgeId, Search } from '../contract/index.ts'
import { canonical } from '../kernel/index.ts'

const pick: Ask<readonly string[], number> = {
  id: 'pick',
  role: 'critic',
  prompt: (options, at) => [
    ...at.messages({ for: 'judgement' }),
    {
      role: 'user',
      content: `Not a verdict this time. Which of these next steps is the most useful? Reply with its number alone, from 1 to ${options.length}.\n${options.map((x, i) => `${i + 1}. ${x}`).join('\n')}`,
    },
  ],
  parse(text, options) {
    const n = Number(/\d+(?!.*\d)/s.exec(text)?.[0] ?? Number.NaN)
    return n >= 1 && n <= options.length
      ? n - 1
      : { reject: `expected a number from 1 to ${options.length}, found "${text.trim().slice(0, 40)}"` }
  },
  otherwise: -1,
}

/** An action as a critic is shown it, in one line. */
const shown = <S, A, Ans>(s: Search<S, A, Ans>, e: EdgeId): string => {
  const t = s.tree
  const text = s.world.show?.(t.action(e), t.state(t.parent(e) as never)) ?? t.draws(e)[0]?.text ?? canonical(t.action(e))
  return text.trim().replace(/\s+/g, ' ')
}

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
    const options = left.map(e => shown(s, e))
    const i = left.length === 1 ? 0 : io.model('critic').dialect === 'text' ? await io.ask(pick, options) : -1
    if (i < 0) return
    t.F[left[i]] = 1 / rank
    left.splice(i, 1)
  }
}
