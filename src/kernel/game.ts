import { hashText, mix } from './hash.ts'
import { FlatTree } from './tree.ts'

/**
 * A game as a fast synchronous loop wants it: one mutable position, actions as numbers, the caller's buffer for the legal ones. Nothing is allocated
 * while it is played.
 */
export interface Game<G> {
  /** Actions are 0 .. maxActions - 1; no position has more legal ones. */
  readonly maxActions: number
  clone(): G
  /** Becomes the position of `g`. */
  copyFrom(g: G): void
  /** Whose move it is, 0 .. 127. */
  player(): number
  /** Writes the legal actions to the front of `out` and gives their number; at least one unless the game is over. */
  legal(out: Int32Array): number
  apply(action: number): void
  over(): boolean
  /** Result for a player of a game that is over, in [0, 1] where the default `c` is to fit. */
  value(player: number): number
  /** Takes back the last action. Not needed here. */
  undo?(action: number): void
  /** Plays on to the end, in place, with random integers below n from `random`; gives value(0). Faster than legal moves drawn one by one. */
  playout?(random: (n: number) => number): number
}

export interface GameUctOptions {
  simulations: number
  /** Exploration constant, default sqrt 2 for results in [0, 1]. */
  c?: number
  seed?: number
  /** Two words that tell this search's random numbers from those of others of the same seed: halves of a 64-bit address. */
  address?: readonly [number, number]
  /** `random`: uniform legal moves (default); `own`: the game's playout. */
  playout?: 'random' | 'own'
  /** Rows to make room for at first; default enough for all simulations, at most about a million. */
  reserve?: number
}

export interface GameUctResult {
  /** The most visited action, the first of equals; -1 where the game is over. */
  readonly action: number
  /** By action; 0 for illegal ones. */
  readonly visitCounts: number[]
  /** Mean result by action for the player to move; NaN where unvisited. */
  readonly values: number[]
  /** The whole tree, completed on first use: N, W and Q as seen by who chose the action; actions are numbers, there are no states. */
  readonly tree: FlatTree<undefined, number, never>
}

/** Uniform integer below n from a 32-bit counter: one mix. */
function draw(counter: number, key: number, n: number): number {
  let h = Math.imul(counter ^ (counter >>> 16), 0x85ebca6b) ^ key
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return Math.floor(((h ^ (h >>> 16)) >>> 0) * 2.3283064365386963e-10 * n)
}
const step = 0x9e3779b9

/**
 * UCT with playouts (Kocsis and Szepesvári 2006), one simulation after the other, over the arrays of a `FlatTree`. A leaf visited before is expanded
 * whole, its edges in one stretch of rows; unvisited ones come first, in the order in which the game lists them. Any number of players: each node
 * counts the result of the player who chose it.
 *
 * The loop writes only what it reads: links to the children, movers, N and W. All else is filled in when the tree is asked for.
 */
export function gameUct<G extends Game<G>>(root: G, o: GameUctOptions): GameUctResult {
  const { simulations, c = Math.SQRT2, seed = 0, address = [0, 0] } = o
  const own = o.playout === 'own'
  if (own && root.playout === undefined) throw new TypeError("gameUct: playout 'own' needs a game with a playout")
  const width = root.maxActions
  const tree = new FlatTree<undefined, number, never>(undefined, { outcome: () => null })
  tree.reserve(o.reserve ?? Math.min(1 << 20, 1 + (simulations + 1) * width))
  // Typed arrays move when the tree grows; these are fetched again then.
  let { firstChild, lastChild, mover } = tree
  let actions = new Int32Array(firstChild.length)
  const { N, W } = tree as unknown as { N: number[]; W: number[] }
  // Makes W an array of doubles from the start, whatever the first results are.
  W[0] = 0.5
  W[0] = 0
  let size = 1

  const key = mix(mix(seed, address[0]), address[1] ^ hashText('playout'))
  let counter = mix(key, 1) | 0
  // Its own counter, so that the loop's stays in a register.
  let owned = counter
  const random = (n: number): number => draw((owned = (owned + step) | 0), key, n)

  const g = root.clone()
  const legal = new Int32Array(width)
  let path = new Int32Array(128)
  mover[0] = root.player()

  for (let s = 0; s < simulations; s++) {
    g.copyFrom(root)
    let n = 0
    let d = 0
    for (let first = firstChild[0]; first >= 0; first = firstChild[n]) {
      const last = lastChild[n]
      const explore = c * c * Math.log(N[n])
      let high = Number.NEGATIVE_INFINITY
      n = first
      for (let k = first; k <= last; k++) {
        const visits = N[k]
        if (visits === 0) {
          n = k
          break
        }
        const u = W[k] / visits + Math.sqrt(explore / visits)
        if (u > high) {
          high = u
          n = k
        }
      }
      g.apply(actions[n])
      path[++d] = n
      if (d + 2 > path.length) path = doubled(path)
    }
    if ((n === 0 || N[n] > 0) && !g.over()) {
      const k = g.legal(legal)
      if (size + k > actions.length) {
        tree.reserve(size + k)
        ;({ firstChild, lastChild, mover } = tree)
        actions = doubled(actions, firstChild.length)
      }
      mover[n] = g.player()
      firstChild[n] = size
      lastChild[n] = size + k - 1
      n = size
      for (let i = 0; i < k; i++) {
        actions[size] = legal[i]
        firstChild[size++] = -1
        N.push(0)
        W.push(0)
      }
      g.apply(actions[n])
      path[++d] = n
    }
    if (own) g.playout!(random)
    else
      while (!g.over()) {
        counter = (counter + step) | 0
        g.apply(legal[draw(counter, key, g.legal(legal))])
      }
    for (; d > 0; d--) {
      N[path[d]]++
      W[path[d]] += g.value(mover[path[d - 1]])
    }
    N[0]++
    W[0] += g.value(mover[0])
  }

  const visitCounts = new Array<number>(width).fill(0)
  const values = new Array<number>(width).fill(Number.NaN)
  let action = -1
  const first = firstChild[0]
  for (let k = first; first >= 0 && k <= lastChild[0]; k++) {
    const a = actions[k]
    visitCounts[a] = N[k]
    if (N[k] > 0) values[a] = W[k] / N[k]
    if (action < 0 || N[k] > visitCounts[action]) action = a
  }
  let complete = false
  return {
    action,
    visitCounts,
    values,
    get tree() {
      if (!complete) tree.adoptRows(size, actions)
      complete = true
      return tree
    },
  }
}

function doubled(xs: Int32Array<ArrayBuffer>, length = 2 * xs.length): Int32Array<ArrayBuffer> {
  const out = new Int32Array(length)
  out.set(xs)
  return out
}
