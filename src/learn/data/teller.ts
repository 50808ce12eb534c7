// A tree put into words: what the model was shown, and what it wrote. The one rendering is the world's, so that what is learnt and what is used cannot drift apart.
import type { Draw, EdgeId, Message, NodeId, Wanted, WorldBase } from '../../contract/index.ts'
import { canonical, type FlatTree } from '../../kernel/index.ts'
import { brief, Place } from '../../runtime/index.ts'
import type { Segment } from '../loss/index.ts'

/** A stretch of a trace, and who wrote it. */
export interface Span {
  readonly segment: Segment
  readonly text: string
  /** Where the model told them: token ids and the logprobs of the policy that drew them. */
  readonly ids?: readonly number[]
  readonly logprobs?: readonly number[]
}

/** A tree with its world: prompts, steps and whole answers as texts. */
export class Teller {
  readonly tree: FlatTree
  readonly world: WorldBase<any, any, any, any>
  readonly dialect: string
  readonly #drawnIn: string
  /** @param o.dialect of the world, in which all is told: `text` for chat models (the default) @param o.drawnIn the one in which the policy wrote. Default: the same */
  constructor(tree: FlatTree, world: WorldBase<any, any, any, any>, o: { dialect?: string; drawnIn?: string } = {}) {
    const { dialect = 'text', drawnIn = dialect } = o
    this.tree = tree
    this.world = world
    this.dialect = dialect
    this.#drawnIn = drawnIn
  }
  /** What is asked at a node. */
  messages(n: NodeId, want: Wanted = { for: 'step' }): Message[] {
    return new Place(this.tree, n, this.world, this.dialect).messages(want)
  }
  /** The same as one text. */
  prompt(n: NodeId, want?: Wanted): string {
    return this.messages(n, want)
      .map(m => m.content)
      .join('\n\n')
  }
  /** The draw behind an edge, if a policy wrote it. */
  drawn(e: EdgeId): Draw<unknown> | undefined {
    return this.tree.draws(e)[0]
  }
  /** An action as it was written, else as the world shows it. In a dialect of tokens: what the prompt gains by it, so that it is learnt as it will be read. */
  step(e: EdgeId): string {
    const t = this.tree
    if (this.dialect !== 'text' && t.taken(e)) {
      // The place as it stands after it: what is asked next may have words of its own.
      const [before, after] = [this.prompt(t.parent(e)!), this.prompt(e, { for: 'judgement' })]
      if (after.startsWith(before) && after.length > before.length) return after.slice(before.length).trim()
    }
    const text = this.drawn(e)?.text?.trim()
    // Words of another dialect would not fit the prompt.
    if (text && this.dialect === this.#drawnIn) return text
    const p = t.parent(e)
    return p !== null && t.taken(p) && this.world.show !== undefined ? this.world.show(t.action(e), t.state(p)) : brief(t.action(e), 10_000)
  }
  /** The steps below `from` (default: the root) down to n. */
  steps(n: NodeId, from: NodeId = this.tree.root): string[] {
    const path = this.tree.path(n)
    return path.slice(path.indexOf(from) + 1).map(e => this.step(e))
  }
  /** They as one solution, as the world has a model write it where it can be written in one go. */
  solution(n: NodeId, from?: NodeId): string {
    const steps = this.steps(n, from)
    const { oracle } = this.world
    return this.#inOneGo && oracle !== undefined && this.dialect === 'text' ? oracle.attempt(steps) : steps.join('\n')
  }
  /** What is asked where a whole solution is wanted. */
  wholeMessages(from: NodeId = this.tree.root): Message[] {
    return this.messages(from, { for: this.#inOneGo ? 'attempt' : 'step' })
  }
  /** What was asked at a place: a step, or an attempt, where what came is whole as one and would be another action, or none, if it were read as a step. */
  asked(n: NodeId): Message[] {
    const { tree: t, world } = this
    const reads = (e: EdgeId, as: 'step' | 'attempt'): boolean =>
      canonical(world.parse(this.step(e), t.state(n), { for: as })) === canonical(t.action(e))
    const inOneGo = this.#inOneGo && this.dialect === 'text' && t.children(n).some(e => reads(e, 'attempt') && !reads(e, 'step'))
    return this.messages(n, { for: inOneGo ? 'attempt' : 'step' })
  }
  get #inOneGo(): boolean {
    return this.world.grains?.includes('attempt') ?? false
  }
  /** A trace with who wrote what: the prompt, then each step, with ids and logprobs where they are known. */
  spans(n: NodeId, from: NodeId = this.tree.root): Span[] {
    const path = this.tree.path(n)
    return [
      {
        segment: 'prompt',
        text: this.wholeMessages(from)
          .map(m => m.content)
          .join('\n\n'),
      },
      ...path.slice(path.indexOf(from) + 1).map((e): Span => {
        const draw = this.drawn(e)
        const tokens = this.dialect === this.#drawnIn ? draw?.tokens : undefined
        return {
          // What no policy drew was put there: a demonstration.
          segment: draw === undefined ? 'demo' : 'policy',
          text: this.step(e),
          ...(tokens === undefined ? {} : { ids: tokens.map(x => x.id), logprobs: tokens.map(x => x.logprob) }),
        }
      }),
    ]
  }
}
