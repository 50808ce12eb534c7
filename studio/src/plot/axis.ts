// Where things lie on an axis, and the round numbers that are written at it.

export type ScaleKind = 'linear' | 'sqrt' | 'log'
export interface Scale {
  kind: ScaleKind
  domain: readonly [number, number]
  range: readonly [number, number]
  /** Data to pixels. */
  at(x: number): number
}
const bend: Readonly<Record<ScaleKind, (x: number) => number>> = {
  linear: x => x,
  // Most is decided early, and 0 has a place.
  sqrt: x => Math.sign(x) * Math.sqrt(Math.abs(x)),
  log: x => Math.log10(Math.max(x, Number.MIN_VALUE)),
}
export function scale(kind: ScaleKind, domain: readonly [number, number], range: readonly [number, number]): Scale {
  const f = bend[kind]
  const [a, b] = [f(domain[0]), f(domain[1])]
  const span = b - a || 1
  return { kind, domain, range, at: x => range[0] + ((f(x) - a) / span) * (range[1] - range[0]) }
}

/** Round numbers (1, 2 or 5 times a power of ten) that divide a span into about `n`. */
export function ticks(from: number, to: number, n: number): number[] {
  if (!(to > from)) return [from]
  const rough = (to - from) / Math.max(1, n)
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = [1, 2, 5, 10].map(d => d * power).find(s => s >= rough * 0.999)!
  const out: number[] = []
  for (let i = Math.ceil(from / step - 1e-9); i * step <= to + step * 1e-9; i++) out.push(Number((i * step).toPrecision(12)))
  return out
}
/** Ticks of a scale that keep so many pixels from each other. The ends are written where they are round. */
export function axisTicks(s: Scale, apart: number): number[] {
  const [from, to] = s.domain
  const width = Math.abs(s.range[1] - s.range[0])
  if (s.kind === 'linear') return ticks(from, to, Math.max(1, Math.floor(width / apart)))
  const out: number[] = []
  const room = (x: number): boolean => out.every(o => Math.abs(s.at(o) - s.at(x)) >= apart)
  const add = (x: number): void => {
    if (x >= from && x <= to && room(x)) out.push(x)
  }
  if (to > 0) add(Number(to.toPrecision(6)))
  add(from)
  for (let p = Math.floor(Math.log10(Math.max(to, 1e-12))); p >= Math.log10(Math.max(to, 1e-12)) - 6; p--)
    for (const d of [5, 2, 1]) add(d * 10 ** p)
  return out.sort((a, b) => a - b)
}

/**
 * Moves labels apart, as little as may be, so that none covers another: blocks of those that touch lie around the mean of where they would be.
 * @param wanted where each would be @param apart least distance @returns where each is, in the same order, within the bounds where there is room
 */
export function spread(wanted: readonly number[], apart: number, low = -Infinity, high = Infinity): number[] {
  const order = wanted.map((_, i) => i).sort((a, b) => wanted[a] - wanted[b] || a - b)
  interface Block {
    from: number
    members: number[]
  }
  const blocks: Block[] = []
  const place = (members: number[]): number => {
    const mean = members.reduce((s, m, i) => s + wanted[m] - i * apart, 0) / members.length
    return Math.max(low, Math.min(high - (members.length - 1) * apart, mean))
  }
  for (const i of order) {
    let block: Block = { from: place([i]), members: [i] }
    for (;;) {
      const last = blocks.at(-1)
      if (last === undefined || last.from + last.members.length * apart <= block.from + 1e-9) break
      blocks.pop()
      const members = [...last.members, ...block.members]
      block = { from: place(members), members }
    }
    blocks.push(block)
  }
  const out = new Array<number>(wanted.length)
  for (const b of blocks)
    b.members.forEach((m, i) => {
      out[m] = b.from + i * apart
    })
  return out
}
