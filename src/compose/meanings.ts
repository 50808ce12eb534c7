import type { Io, LanguageModel, NodeId, Search } from '../contract/index.ts'
import { averageLinkage, canonical, cosineDistance, Failure } from '../kernel/index.ts'
import { counted } from './advance.ts'

/** The words of the step into a node: what the policy wrote, else the action as the world shows it. */
export function stepWords<S, A, Ans>(s: Search<S, A, Ans>, n: NodeId): string {
  const { tree: t, world } = s
  const parent = t.parent(n)
  const action = () => (parent === null ? '' : (world.show?.(t.action(n), t.state(parent as NodeId)) ?? canonical(t.action(n))))
  return t.draws(n)[0]?.text ?? action()
}

/**
 * Which nodes say the same with their last step, as cluster numbers from 0. By the meaning of its words, where the model embeds texts: average linkage
 * over cosine distance, cut at `cut`; else by the words alone, whatever their case and space. The last step alone: prefixes differ by their history
 * even where the new idea is one.
 * @param o.role whose model embeds; falls back to the policy's
 */
export async function meanings<S, A, Ans>(
  s: Search<S, A, Ans>,
  nodes: readonly NodeId[],
  o: { cut: number; role?: string },
): Promise<number[]> {
  const words = nodes.map(n => stepWords(s, n).toLowerCase().replace(/\s+/g, ' ').trim())
  const distinct = [...counted(words).keys()]
  const index = new Map(distinct.map((w, i) => [w, i]))
  if (distinct.length === 1) return words.map(() => 0)
  const at = (await embedder(s, o.role ?? 'embedder')?.embed?.(distinct)) ?? null
  const of = at === null ? distinct.map((_, i) => i) : averageLinkage(distinct.length, (i, j) => cosineDistance(at[i], at[j]), o.cut)
  return words.map(w => of[index.get(w)!])
}

/** The role's model; none where the frame's own policy needs none. */
function embedder(s: Io, role: string): LanguageModel | undefined {
  try {
    return s.model(role)
  } catch (e) {
    if (e instanceof Failure) return undefined
    throw e
  }
}
