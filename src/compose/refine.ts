import type { Ask, NodeId, Search } from '../contract/index.ts'
import { Failure } from '../kernel/index.ts'
import { type Attempting, attempts } from './attempts.ts'
import { attemptAt } from './ballots.ts'

/** What a model says of a whole solution. */
export interface Checked {
  /** It says that there is no error. */
  right: boolean
  text: string
}
/** Text between quotes, as it is put to a model. */
const quoted = (name: string, text: string): string => `${name}:\n"""\n${text}\n"""`

/** A check of a whole solution, in words. Given the solution; asked where it ends. */
export const checkSolution: Ask<string, Checked> = {
  id: 'check-solution',
  role: 'critic',
  prompt: (solution, at) => [
    ...at.messages({ for: 'judgement' }),
    {
      role: 'user',
      content: `${quoted('A solution', solution)}\n\nNot a verdict in one word this time: check this solution, step by step. Begin with yes or no: is it right? Then name every error in it.`,
    },
  ],
  parse: text => ({ right: /^[^a-z]*yes\b/i.test(text), text: text.trim() }),
  tries: 1,
  otherwise: { right: false, text: '' },
}

/** What is done to whole solutions. Each is an attempt from the root, an end in the tree; one that comes again is the same end. */
export interface Refiner {
  /** A first solution; undefined: nothing readable came. */
  draft(): Promise<NodeId | undefined>
  check(n: NodeId): Promise<Checked>
  /** A new solution by a model that sees this one and what was said of it, and nothing older. undefined: nothing readable came. */
  revise(n: NodeId, said: string): Promise<NodeId | undefined>
}

/**
 * Drafting, checking and revising whole solutions. @param o.check who checks, and how @throws Failure (usage), at once, where the model reads no words: it
 * could not be shown what it wrote.
 */
export function refiner<S, A, Ans>(s: Search<S, A, Ans>, o: Attempting<S, A> & { check?: Ask<string, Checked> } = {}): Refiner {
  const { check = checkSolution, ...drawing } = o
  for (const role of ['policy', check.role ?? 'policy']) {
    const { id, dialect } = s.model(role)
    if (dialect !== 'text')
      throw new Failure('usage', `solutions are revised by models that read words, and ${id} reads ${dialect}`, 'take a chat model')
  }
  const solution = (n: NodeId): string => attemptAt(s.tree, n).text ?? ''
  const whole = async (hint?: string) => (await attempts(s, 1, { ...drawing, ...(hint === undefined ? {} : { hint }) }))[0]
  return {
    draft: () => whole(),
    check: n => s.at(n).ask(check, solution(n)),
    revise: (n, said) =>
      whole(
        `${quoted('A solution', solution(n))}\n\n${quoted('A check of it', said)}\n\nWrite the whole solution anew, without the errors. If there is none, write it again.`,
      ),
  }
}
