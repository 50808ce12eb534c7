// The colours that a canvas paints with, read from the theme's tokens once.
import { valueRamp } from '../shell/scale.ts'
import { token } from '../shell/theme.ts'

export interface Palette {
  shown: 'light' | 'dark'
  ground: string
  ink: string
  ink2: string
  ink3: string
  line: string
  strong: string
  accent: string
  bad: string
  /** Values by share of 255, packed as a canvas' bytes. */
  ramp: Uint32Array
  /** The same as CSS. */
  css: string[]
  /** From the ground to an edge's colour by how many edges lie on a pixel. */
  edges: Uint32Array
  unknown: number
  ground32: number
}
/** Little-endian RGBA, as ImageData has it on every machine that runs a browser. */
const pack = (r: number, g: number, b: number): number => ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0

function rgbOf(css: string): [number, number, number] {
  const [r, g, b] = css.match(/[\d.]+/g)!.map(Number)
  return [r, g, b]
}
export const densities = 64

export function palette(shown: 'light' | 'dark'): Palette {
  const bytes = valueRamp(shown)
  const ramp = new Uint32Array(256)
  const css: string[] = []
  for (let i = 0; i < 256; i++) {
    const [r, g, b] = [bytes[i * 3], bytes[i * 3 + 1], bytes[i * 3 + 2]]
    ramp[i] = pack(r, g, b)
    css.push(`rgb(${r} ${g} ${b})`)
  }
  const ground = rgbOf(token('--ground'))
  const strong = rgbOf(token('--line-strong'))
  const edges = new Uint32Array(densities)
  for (let i = 0; i < densities; i++) {
    const a = (shown === 'light' ? 0.55 : 0.78) * (1 - Math.exp(-i / 14))
    edges[i] = pack(...(ground.map((v, k) => Math.round(v + (strong[k] - v) * a)) as [number, number, number]))
  }
  return {
    shown,
    ground: token('--ground'),
    ink: token('--ink'),
    ink2: token('--ink-2'),
    ink3: token('--ink-3'),
    line: token('--line'),
    strong: token('--line-strong'),
    accent: token('--accent'),
    bad: token('--bad'),
    ramp,
    css,
    edges,
    unknown: pack(...(ground.map((v, k) => Math.round(v + (strong[k] - v) * 0.75)) as [number, number, number])),
    ground32: pack(...ground),
  }
}
