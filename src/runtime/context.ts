import type { Assessment, Context, Dialect, Draw, EdgeId, Message, NodeId, Note, Outcome, Wanted, WorldBase } from '../contract/index.ts'
import { Failure, type FlatTree } from '../kernel/index.ts'

const step: Wanted = { for: 'step' }

/** A place in a tree as policies, judges and prompts see it. Everything is read when it is asked for. */
export class Place<S, A> implements Context<S, A> {
  readonly #tree: FlatTree<S, A, any>
  readonly #node: NodeId
  readonly #world: WorldBase<S, A, any, any>
  readonly #dialect: string
  readonly hint?: string

  constructor(tree: FlatTree<S, A, any>, at: EdgeId, world: WorldBase<S, A, any, any>, dialect: string, hint?: string) {
    this.#tree = tree
    // An edge that was not taken has no state yet: it is seen from where it would be taken.
    let n = at
    while (!tree.taken(n)) n = tree.parent(n)!
    this.#node = n
    this.#world = world
    this.#dialect = dialect
    if (hint !== undefined) this.hint = hint
  }
  get state(): S {
    return this.#tree.state(this.#node)
  }
  get steps(): readonly { action: A; state: S }[] {
    const t = this.#tree
    return t
      .path(this.#node)
      .slice(1)
      .map(n => ({ action: t.action(n), state: t.state(n) }))
  }
  get tried(): readonly { action: A; state?: S; assessment?: Assessment }[] {
    const t = this.#tree
    const out: { action: A; state?: S; assessment?: Assessment }[] = []
    for (let e = t.firstChild[this.#node] as EdgeId; e >= 0; e = t.nextSibling[e] as EdgeId) {
      if (t.is(e, 'aside')) continue
      const assessment = t.judged(e)
      out.push({ action: t.action(e), ...(t.taken(e) ? { state: t.state(e) } : {}), ...(assessment === undefined ? {} : { assessment }) })
    }
    return out
  }
  get draws(): readonly Draw<A>[] {
    return this.#tree.draws(this.#node)
  }
  get answers(): readonly Outcome<unknown>[] {
    const t = this.#tree
    return t.answers().flatMap(n => new Array<Outcome<unknown>>(Math.max(1, t.M[n])).fill(t.outcome(n)!))
  }
  get parent(): Context<S, A> | null {
    const p = this.#tree.parent(this.#node)
    return p === null ? null : new Place(this.#tree, p, this.#world, this.#dialect)
  }
  get V(): number {
    return this.#tree.V[this.#node]
  }
  get R(): number {
    return this.#tree.R[this.#node]
  }
  get Q(): number {
    return this.#tree.Q[this.#node]
  }
  get notes(): readonly Note[] {
    // What a method says of its own decisions (kind `why`) is for people, and enters no prompt.
    return this.#tree.notesAt(this.#node).filter(n => n.kind !== 'why')
  }
  messages(want: Wanted = step, dialect = this.#dialect): Message[] {
    const own: Dialect<S, A> | undefined = dialect === 'text' ? this.#world : this.#world.dialects?.[dialect]
    if (own === undefined)
      throw new Failure(
        'usage',
        `world ${this.#world.id} has no dialect '${dialect}'`,
        `it has: ${['text', ...Object.keys(this.#world.dialects ?? {})].join(', ')}`,
      )
    const messages = own.render(this, want)
    // Only dialects of words have room for words beside the world's own.
    if (dialect !== 'text') return messages
    const words = this.notes.map(n => n.text)
    if (this.hint !== undefined) words.push(this.hint)
    return words.length === 0 ? messages : [...messages, { role: 'user', content: words.join('\n\n') }]
  }
}
