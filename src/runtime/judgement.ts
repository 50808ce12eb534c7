import type { ActionValue, Assessment, Column, EdgeId, Frame, Method, NodeId, Outcome, Ranker, Reward, Value } from '../contract/index.ts'
import { Failure } from '../kernel/index.ts'
import type { Home } from './home.ts'

/** How places of a search's tree are judged: by the frame's judges where the method names none, into columns that it may choose. */
export class Judgement<S, A, Ans, T> {
  readonly #home: Home<S, A, Ans>
  readonly #frame: Frame<S, A, Ans, T>

  constructor(home: Home<S, A, Ans>, frame: Frame<S, A, Ans, T>) {
    this.#home = home
    this.#frame = frame
  }
  async forecast(edges: readonly EdgeId[], o: { by?: ActionValue<S, A> } = {}): Promise<Assessment[]> {
    const t = this.#home.tree
    const by = o.by ?? this.#frame.actionValue
    if (by === undefined) throw missing('forecast', 'actionValue', this.#frame.method)
    const out = new Map<EdgeId, Assessment>()
    const groups = new Map<EdgeId, EdgeId[]>()
    for (const e of edges) {
      const p = t.parent(e) ?? e
      const group = groups.get(p)
      group === undefined ? groups.set(p, [e]) : group.push(e)
    }
    await Promise.all(
      [...groups].map(async ([p, group]) => {
        const marks = await by.forecast(
          this.#home.place(p),
          group.map(e => t.action(e)),
          this.#home.at(p),
        )
        group.forEach((e, i) => {
          out.set(e, marks[i])
          this.#judge(e, marks[i], t.F, 'F', by.id)
        })
      }),
    )
    return edges.map(e => out.get(e)!)
  }
  value(nodes: readonly NodeId[], o: { by?: Value<S, A>; into?: Column } = {}): Promise<Assessment[]> {
    const t = this.#home.tree
    const by = o.by ?? this.#frame.value
    const into = o.into ?? t.V
    return Promise.all(
      nodes.map(async n => {
        const given = o.by === undefined ? t.draws(n).find(d => d.value !== undefined)?.value : undefined
        if (given === undefined && by === undefined) throw missing('value', 'value', this.#frame.method)
        const a = given ?? (await by!.value(this.#home.place(n), this.#home.at(n)))
        return this.#judge(n, a, into, 'V', given === undefined ? by!.id : 'policy')
      }),
    )
  }
  reward(nodes: readonly NodeId[], o: { by?: Reward<S, A, Ans>; into?: Column } = {}): Promise<Assessment[]> {
    const t = this.#home.tree
    const into = o.into ?? t.R
    return Promise.all(
      nodes.map(async n => {
        const outcome: Outcome<Ans> | null = t.outcome(n)
        const by = o.by ?? this.#frame.reward
        let a: Assessment
        let judge = by?.id ?? 'exact'
        if (by !== undefined) {
          a = await by.reward(this.#home.place(n), outcome, this.#home.at(n))
          if (by.verifies && a.verified === undefined) a = { ...a, verified: true }
        } else if (outcome?.reward !== undefined)
          a = { value: outcome.reward, verified: true, ...(outcome.feedback === undefined ? {} : { feedback: outcome.feedback }) }
        else if (this.#frame.value !== undefined) {
          judge = this.#frame.value.id
          a = await this.#frame.value.value(this.#home.place(n), this.#home.at(n))
        } else throw missing('reward', 'reward', this.#frame.method)
        return this.#judge(n, a, into, 'R', judge)
      }),
    )
  }
  async rank(slate: readonly NodeId[], o: { by?: Ranker<S, A> } = {}): Promise<Assessment[]> {
    const by = o.by ?? this.#frame.ranker
    if (by === undefined) throw missing('rank', 'ranker', this.#frame.method)
    return by.rank(
      slate.map(n => this.#home.place(n)),
      this.#home.at(this.#home.tree.root),
    )
  }
  #judge(e: EdgeId, a: Assessment, into: Column, name: string, by: string): Assessment {
    const t = this.#home.tree
    into[e] = a.value
    t.assess(e, a)
    t.stamp(e, a.value)
    if (a.failed) this.#home.flag(e, 'failed')
    // In a game the end of a line proves nothing: the opponent need not have played well, and `value` is as the player to move there sees it.
    if (a.verified && a.value >= 1 && this.#frame.world.player === undefined) this.#home.flag(e, 'solved')
    if (this.#home.scope === '') this.#home.shared.tap?.judged?.(e, name, by, a)
    this.#home.shared.emit?.('tree.judged', { node: e, column: name, value: a.value }, this.#home.scope + t.key(e))
    return a
  }
}

function missing(what: string, field: string, m: Method<any, any, any>): Failure {
  return new Failure('usage', `${m.id} asks for a ${what}, and the frame has no ${field}`, `give the frame a ${field}`)
}
