// UCT with random playouts on Connect Four: the public generic interface beside a loop written for this game alone, in one run.
// `node bench/game.ts [--smoke]` prints a table; `bench()` gives the rows.
import { pathToFileURL } from 'node:url'
import { gameUct } from '../src/kernel/index.ts'
import { ConnectFour, emptyBoard, four } from '../src/world/index.ts'
import type { Row } from './row.ts'

const empty = emptyBoard(7, 6)

/** The limit: the same algorithm with the rules written into the loop, its own arrays, xorshift, no interface. @returns visits by column */
export function specialised(simulations: number, seed = 12345): number[] {
  let capacity = 1024
  let first = new Int32Array(capacity)
  let kids = new Uint8Array(capacity)
  let N = new Int32Array(capacity)
  let W = new Float64Array(capacity)
  let action = new Uint8Array(capacity)
  let mover = new Uint8Array(capacity)
  let size = 1
  let x = seed
  const random = (n: number): number => {
    x ^= x << 13
    x ^= x >>> 17
    x ^= x << 5
    return (x >>> 0) % n
  }
  const grow = (): void => {
    capacity *= 2
    const wider = <T extends Int32Array | Uint8Array | Float64Array>(old: T): T => {
      const wide = new (old.constructor as new (n: number) => T)(capacity)
      wide.set(old)
      return wide
    }
    first = wider(first)
    kids = wider(kids)
    N = wider(N)
    W = wider(W)
    action = wider(action)
    mover = wider(mover)
  }
  const board = new Int8Array(72)
  const height = new Int8Array(7)
  const path = new Int32Array(64)
  for (let s = 0; s < simulations; s++) {
    board.set(empty)
    height.fill(0)
    let turn = 1
    let moves = 0
    let winner = 0
    let n = 0
    let d = 0
    const play = (c: number): void => {
      const i = (c + 1) * 8 + ++height[c]
      board[i] = turn
      moves++
      if (four(board, i, turn)) winner = turn
      turn = 3 - turn
    }
    while (kids[n] > 0) {
      const from = first[n]
      const to = from + kids[n]
      const explore = 2 * Math.log(N[n])
      let high = -1
      for (let k = from; k < to; k++) {
        if (N[k] === 0) {
          n = k
          break
        }
        const u = W[k] / N[k] + Math.sqrt(explore / N[k])
        if (u > high) {
          high = u
          n = k
        }
      }
      play(action[n])
      path[++d] = n
    }
    if ((n === 0 || N[n] > 0) && winner === 0 && moves < 42) {
      if (size + 7 > capacity) grow()
      first[n] = size
      for (let c = 0; c < 7; c++) {
        if (height[c] === 6) continue
        action[size] = c
        mover[size++] = turn
      }
      kids[n] = size - first[n]
      n = first[n]
      play(action[n])
      path[++d] = n
    }
    while (winner === 0 && moves < 42) {
      let c = random(7)
      while (height[c] === 6) c = random(7)
      play(c)
    }
    for (; d > 0; d--) {
      const k = path[d]
      N[k]++
      W[k] += winner === 0 ? 0.5 : winner === mover[k] ? 1 : 0
    }
    N[0]++
  }
  return Array.from(N.subarray(first[0], first[0] + kids[0]))
}

/**
 * Simulations a second of several loops, each the best of rounds in turn: what else the machine does then hits all alike. Time is that of this thread,
 * at least `least` milliseconds a measurement.
 */
function rates(loops: Record<string, (n: number) => unknown>, simulations: number, least: number, rounds: number): Record<string, number> {
  const best: Record<string, number> = {}
  for (let round = 0; round < rounds; round++) {
    for (const [name, loop] of Object.entries(loops)) {
      const start = process.threadCpuUsage()
      let done = 0
      let spent = 0
      while (spent < least * 1000) {
        loop(simulations)
        done += simulations
        const { user, system } = process.threadCpuUsage(start)
        spent = user + system
      }
      best[name] = Math.max(best[name] ?? 0, (done * 1e6) / spent)
    }
  }
  return best
}

/** @param o.smoke small counts, to see that it runs */
export async function bench(o: { smoke?: boolean } = {}): Promise<Row[]> {
  const generic = new ConnectFour()
  const loops = {
    generic: (n: number) => gameUct(generic, { simulations: n }),
    specialised: (n: number) => specialised(n),
    'own playout': (n: number) => gameUct(generic, { simulations: n, playout: 'own' }),
  }
  const sizes = o.smoke ? [100, 1000] : [1000, 10_000, 100_000]
  const rounds = o.smoke ? 1 : 7
  const least = o.smoke ? 20 : 60
  // The interface alone first: the compiler knows one way to play out then, as a program with one game does.
  const { 'own playout': own, ...pair } = loops
  if (!o.smoke) for (const loop of Object.values(pair)) for (const n of [3000, 3000, 20_000]) loop(n)
  const rows: Row[] = []
  const cost: number[] = []
  for (const n of sizes) {
    const { generic: g, specialised: s } = rates(pair, n, least, rounds)
    cost.push(1 / g)
    rows.push({ name: `specialised loop, ${n} simulations`, value: Math.round(s), unit: 'simulations/s' })
    rows.push({
      name: `generic interface, ${n} simulations`,
      value: Math.round(g),
      unit: 'simulations/s',
      ratio: g / s,
      bar: 'at least',
      target: 0.6,
    })
  }
  rows.push({
    name: `cost of a simulation at ${sizes.at(-1)} nodes, over that at ${sizes[0]}`,
    value: cost.at(-1)! * 1e6,
    unit: 'us',
    ratio: cost.at(-1)! / cost[0],
    bar: 'at most',
    target: 1.5,
  })
  // Asking for the tree completes it: links, addresses, flags, Q of all rows, visited or not.
  for (let i = 0; i < 20; i++) gameUct(generic, { simulations: sizes[0], seed: i }).tree.digest()
  const whole = gameUct(generic, { simulations: sizes.at(-1)! })
  const begin = process.hrtime.bigint()
  const { size } = whole.tree
  rows.push({
    name: `completing the tree of ${sizes.at(-1)} simulations, a row of ${size}`,
    value: Number(process.hrtime.bigint() - begin) / size,
    unit: 'ns',
  })
  if (!o.smoke) for (const n of [3000, 3000, 20_000]) own(n)
  for (const n of sizes) {
    const { own: rate } = rates({ own }, n, least, rounds)
    rows.push({ name: `generic interface, the game's own playout, ${n} simulations`, value: Math.round(rate), unit: 'simulations/s' })
  }
  return rows
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  for (const r of await bench({ smoke: process.argv.includes('--smoke') }))
    console.log(
      `${r.name.padEnd(60)} ${r.value.toPrecision(4).padStart(10)} ${r.unit.padEnd(14)}${r.ratio === undefined ? '' : ` ratio ${r.ratio.toFixed(2)} (${r.bar} ${r.target})`}`,
    )
}
