import type { Ask, NodeId, Search } from '../contract/index.ts'
import { canonical } from '../kernel/index.ts'

/** Guidance for one more try at a place, from what came of the others. */
export const adviser: Ask<{ tried: string }, string> = {
  id: 'hindsight',
  role: 'critic',
  prompt: ({ tried }, at) => [
    ...at.messages(),
    {
      role: 'user',
      content: `These steps were tried from here, in other branches:\n${tried}\n\nNot a step this time: say in short what to do differently.`,
    },
  ],
  parse: text => text.trim() || { reject: 'the reply is empty' },
  otherwise: '',
}

/**
 * What the branches at a node teach about one more: hindsight feedback (SWE-Search, arXiv:2410.20285), to be given as a hint when the node is drawn at
 * again. It is said to come from a parallel branch, so that nobody takes it for the own past.
 *
 * @param o.from `value`: the feedback in the latest judgement of the last child; `agent`: an adviser is asked, who sees all children and how they were
 * judged (a call); `none`
 * @returns undefined where there is no child, or nothing to say
 */
export async function hindsight<S, A, Ans>(
  s: Search<S, A, Ans>,
  n: NodeId,
  o: { from: 'value' | 'agent' | 'none'; adviser?: Ask<{ tried: string }, string> },
): Promise<string | undefined> {
  const t = s.tree
  const kids = t.children(n)
  const last = kids.at(-1)
  if (last === undefined || o.from === 'none') return undefined
  const tale = (c: NodeId): string => {
    const text = t.draws(c)[0]?.text?.trim() || canonical(t.action(c))
    const worth = Number.isNaN(t.V[c]) ? 'not judged' : `judged ${t.V[c].toFixed(2)}`
    return [`- ${text}`, worth, t.judged(c)?.critique ?? ''].filter(Boolean).join('\n  ')
  }
  const said =
    o.from === 'value' ? (t.judged(last)?.feedback ?? '') : await s.at(n).ask(o.adviser ?? adviser, { tried: kids.map(tale).join('\n') })
  return said === '' ? undefined : `From a parallel branch, which is no part of what was done here:\n${said}`
}
