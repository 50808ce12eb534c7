// Answers that begin with words of somebody else: a hint, which the policy goes on from.
import type { Message, WorldBase } from '../contract/index.ts'

/**
 * A world in which every whole answer begins with these words: they stand at the end of what is asked at the root, and before what is read there. In the dialect of
 * tokens, so that a hint may end in the midst of a step. What is asked for in steps, or judged, is as it was.
 */
export function continuing<W extends WorldBase<any, any, any, any>>(world: W, words: string): W {
  const own = world.dialects?.tokens
  if (own === undefined) return world
  const tokens: typeof own = {
    ...own,
    render(c, want) {
      const messages = own.render(c, want)
      if (want.for !== 'attempt' || c.parent !== null) return messages
      return messages.map((m, i): Message => (i === messages.length - 1 ? { ...m, content: `${m.content} ${words}` } : m))
    },
    parse: (text, s, want, sample) => own.parse(want.for === 'attempt' ? `${words} ${text}` : text, s, want, sample),
  }
  return { ...world, dialects: { ...world.dialects, tokens } }
}
