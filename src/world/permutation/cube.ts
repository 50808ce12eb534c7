// The 2x2x2 cube by quarter turns of three faces, so that the corner at the back, left and below stays where it is.
import { factorial, type Puzzle, permutationIndex } from './puzzle.ts'

type Vector = readonly [number, number, number]
/** Normals of the faces up, right, front, down, left, back; x to the right, y up, z to the front. */
const normals: readonly Vector[] = [
  [0, 1, 0],
  [1, 0, 0],
  [0, 0, 1],
  [0, -1, 0],
  [-1, 0, 0],
  [0, 0, -1],
]
export const colours = 'wrgyob'

/** 24 stickers: at which corner, on which face. Four a face, the corners in one order for all. */
const stickers = normals.flatMap((normal, face) =>
  corners()
    .filter(c => c[0] * normal[0] + c[1] * normal[1] + c[2] * normal[2] === 1)
    .map(corner => ({ corner, face, normal })),
)
function corners(): Vector[] {
  const out: Vector[] = []
  for (const y of [1, -1]) for (const z of [1, -1]) for (const x of [1, -1]) out.push([x, y, z])
  return out
}
const same = (a: Vector, b: Vector): boolean => a[0] === b[0] && a[1] === b[1] && a[2] === b[2]

/** A quarter turn of the layer of a face, clockwise as one looks at it: v -> (n . v) n - n x v for what is not along n. */
function turned(v: Vector, n: Vector): Vector {
  const along = v[0] * n[0] + v[1] * n[1] + v[2] * n[2]
  const cross: Vector = [n[1] * v[2] - n[2] * v[1], n[2] * v[0] - n[0] * v[2], n[0] * v[1] - n[1] * v[0]]
  return [along * n[0] - cross[0], along * n[1] - cross[1], along * n[2] - cross[2]]
}
/** What comes to each sticker's place: s'[i] = s[from[i]]. */
function quarter(face: number): number[] {
  const n = normals[face]
  const from = stickers.map((_, i) => i)
  stickers.forEach((s, i) => {
    if (!same([s.corner[0] * Math.abs(n[0]), s.corner[1] * Math.abs(n[1]), s.corner[2] * Math.abs(n[2])], n)) return
    const corner = turned(s.corner, n)
    const normal = turned(s.normal, n)
    from[stickers.findIndex(x => same(x.corner, corner) && same(x.normal, normal))] = i
  })
  return from
}
const inverted = (from: readonly number[]): number[] => {
  const out: number[] = []
  for (let i = 0; i < from.length; i++) out[from[i]] = i
  return out
}
const turns = [0, 1, 2].flatMap(face => [quarter(face), inverted(quarter(face))])

/** The seven corners that move, each with its three stickers, the one up or down first, in one sense of rotation. */
const cubies = corners()
  .filter(c => !same(c, [-1, -1, -1]))
  .map(c => {
    const own = stickers.map((s, i) => ({ ...s, i })).filter(s => same(s.corner, c))
    const first = own.find(s => s.face === 0 || s.face === 3)!
    const [a, b] = own.filter(s => s !== first)
    const sense = (u: Vector, v: Vector, w: Vector): number =>
      u[0] * (v[1] * w[2] - v[2] * w[1]) - u[1] * (v[0] * w[2] - v[2] * w[0]) + u[2] * (v[0] * w[1] - v[1] * w[0])
    return sense(first.normal, a.normal, b.normal) > 0 ? [first.i, a.i, b.i] : [first.i, b.i, a.i]
  })
const sides = cubies.map(c => c.map(i => stickers[i].face))

/** Stickers are the number of their colour. */
export const cube: Puzzle = {
  name: 'cube',
  goal: stickers.map(s => s.face),
  base: ['U', "U'", 'R', "R'", 'F', "F'"],
  apply: (s, m) => turns[m].map(i => s[i]),
  inverse: [1, 0, 3, 2, 5, 4],
  /** A turn moves four of the seven corners. */
  estimate: s => Math.ceil(cubies.filter(c => c.some(i => s[i] !== stickers[i].face)).length / 4),
  states: factorial(7) * 3 ** 6,
  span: factorial(7) * 3 ** 6,
  factor: 3 ** 6,
  index(s) {
    const places: number[] = []
    let twist = 0
    cubies.forEach((c, slot) => {
      const seen = c.map(i => s[i])
      const which = sides.findIndex(side => side.every(f => seen.includes(f)))
      places.push(which)
      // The last corner's twist follows from the others'.
      if (slot < 6) twist = twist * 3 + seen.indexOf(sides[which][0])
    })
    return permutationIndex(places) * 729 + twist
  },
}
/** Is it a cube at all? Every corner is one, each is there once, and the twists come out even. */
export function isCube(s: readonly number[]): boolean {
  const found = new Set<number>()
  let twist = 0
  for (const c of cubies) {
    const seen = c.map(i => s[i])
    const which = sides.findIndex(side => [0, 1, 2].some(k => side.every((f, j) => f === seen[(j + k) % 3])))
    if (which < 0) return false
    found.add(which)
    twist += seen.indexOf(sides[which][0])
  }
  const fixed = stickers.every((x, i) => !same(x.corner, [-1, -1, -1]) || s[i] === x.face)
  return found.size === 7 && twist % 3 === 0 && fixed
}
