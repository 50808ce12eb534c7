import type { EdgeId, Knobs, NodeId, Propose, Search } from '../contract/index.ts'

/** How a node's actions are drawn, and how often. */
export interface Drawn<S, A> {
  draw: Propose<S, A, void>
  /** A node of N visits is drawn at ceil(N^widening) times (progressive widening); 0: once. Above 0 one below which all is finished is drawn at again too. */
  widening?: number
  /** So many draws in a row that bring nothing new end the drawing at a node. Default 1 for `distinct` lists, else 3: one sample says less than a list. */
  patience?: number
}

/** What there is to do at nodes whose actions must be drawn: which want a draw, which are used up. */
export interface Growth<S, A> {
  /** Should actions be drawn here, before the walk goes on? */
  wants(n: NodeId): boolean
  /** So many draws there brought nothing new that no more are made. */
  dry(n: NodeId): boolean
  /** Nothing more comes of it: failed, finished, or exhausted. Such an edge is closed to selection. In a game finished and exhausted ones stay open. */
  spent(e: EdgeId): boolean
  /** Draws at a node; gives the edges that were not there before. A node where nothing can be done is pruned; at the root that ends the search. */
  draw(n: NodeId, more?: Pick<Propose<S, A, void>, 'hint'>): Promise<EdgeId[]>
}

/** Knobs of methods whose nodes grow this way. */
export const growthKnobs = {
  how: {
    default: 'distinct',
    choices: ['distinct', 'iid', 'all'],
    doc: 'actions listed by one call, sampled, or enumerated by the world',
  },
  width: { default: 8, min: 1, max: 1000, doc: 'actions drawn at a node' },
  widening: { default: 0, min: 0, max: 1, doc: 'a node of N visits is drawn at N^widening times; 0: once' },
} as const satisfies Knobs

/**
 * Keeps count of the draws at each node, so that selection can tell a node to go on from, a node to draw at, and one that is used up.
 *
 * In a world of one player finished and exhausted edges are closed: their value is known, and a second visit brings nothing that was not paid for.
 * In a game they stay open, since the count of visits to a won reply is what its value is made of.
 */
export function growth<S, A, Ans>(s: Search<S, A, Ans>, o: Drawn<S, A>): Growth<S, A> {
  const t = s.tree
  const once = o.draw.how === 'all' || !o.widening
  const patience = o.patience ?? (o.draw.how === 'distinct' ? 1 : 3)
  const lists = t.column('lists', 0) // draws made at the node
  const fruitless = t.column('fruitless', 0) // of them in a row, those that brought nothing new
  const drawing = new Set<EdgeId>()
  const game = s.world.player !== undefined

  const dry = (n: EdgeId): boolean => fruitless[n] >= patience || (once && t.first(n) !== -1)
  return {
    dry,
    wants: n =>
      !t.is(n, 'end') && !drawing.has(n) && !dry(n) && (t.first(n) === -1 || t.is(n, 'closed') || lists[n] < t.N[n] ** (o.widening ?? 0)),
    spent: e =>
      t.is(e, 'failed') ||
      (drawing.has(e) && t.first(e) === -1) ||
      (!game && (t.is(e, 'end') || (t.is(e, 'closed') && dry(e) && !drawing.has(e)))),
    async draw(n, more) {
      const had = new Set(t.edges(n))
      drawing.add(n)
      try {
        await s.propose(n, { ...o.draw, ...more })
      } finally {
        drawing.delete(n)
      }
      const fresh = t.edges(n).filter(e => !had.has(e))
      lists[n] += 1
      fruitless[n] = fresh.length > 0 ? 0 : fruitless[n] + 1
      if (t.first(n) === -1 && dry(n)) {
        if (n === t.root) s.stop()
        else s.prune(n)
      }
      return fresh
    },
  }
}
