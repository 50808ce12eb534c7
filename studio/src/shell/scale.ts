// Colours for values: steps of equal lightness in OKLCH, so that equal differences look equal and the order survives any colour blindness and grey.
// On paper high is dark, on the dark ground high is bright: what is high stands out in both.

const clamp = (x: number): number => Math.max(0, Math.min(1, x))
/** OKLCH to sRGB bytes; chroma is lowered until the colour can be shown. */
export function oklch(l: number, c: number, h: number): [number, number, number] {
  for (let chroma = c; ; chroma *= 0.94) {
    const a = chroma * Math.cos((h * Math.PI) / 180)
    const b = chroma * Math.sin((h * Math.PI) / 180)
    const l3 = (l + 0.3963377774 * a + 0.2158037573 * b) ** 3
    const m3 = (l - 0.1055613458 * a - 0.0638541728 * b) ** 3
    const s3 = (l - 0.0894841775 * a - 1.291485548 * b) ** 3
    const rgb = [
      4.0767416621 * l3 - 3.3077115913 * m3 + 0.2309699292 * s3,
      -1.2684380046 * l3 + 2.6097574011 * m3 - 0.3413193965 * s3,
      -0.0041960863 * l3 - 0.7034186147 * m3 + 1.707614701 * s3,
    ]
    if (chroma < 0.002 || rgb.every(x => x >= -0.0005 && x <= 1.0005))
      return rgb.map(x => {
        const v = clamp(x)
        return Math.round(255 * (v <= 0.0031308 ? 12.92 * v : 1.055 * v ** (1 / 2.4) - 0.055))
      }) as [number, number, number]
  }
}
type Shown = 'light' | 'dark'
const steps = 256
function ramp(shown: Shown): Uint8ClampedArray {
  const out = new Uint8ClampedArray(steps * 3)
  for (let i = 0; i < steps; i++) {
    const t = i / (steps - 1)
    // Sand, sea, indigo on paper; indigo, sea, straw in the dark.
    const rgb =
      shown === 'light'
        ? oklch(0.84 - 0.52 * t, 0.075 + 0.075 * Math.sin(Math.PI * (0.15 + 0.8 * t)), 95 + 185 * t ** 0.9)
        : oklch(0.4 + 0.5 * t, 0.07 + 0.07 * Math.sin(Math.PI * (0.2 + 0.7 * t)), 285 - 185 * t ** 1.1)
    out.set(rgb, i * 3)
  }
  return out
}
const ramps: Partial<Record<Shown, Uint8ClampedArray>> = {}
/** 256 colours, three bytes each, from low to high. */
export const valueRamp = (shown: Shown): Uint8ClampedArray => (ramps[shown] ??= ramp(shown))
/** The colour of a share of the scale, 0 low to 1 high, as CSS. */
export function valueColour(t: number, shown: Shown): string {
  const i = Math.round(clamp(t) * (steps - 1)) * 3
  const r = valueRamp(shown)
  return `rgb(${r[i]} ${r[i + 1]} ${r[i + 2]})`
}
/** Up to eight series side by side: apart in lightness as well as in hue. `text` is the same colour where it can be read: a contrast of 4.5 to the ground. */
export function seriesColours(shown: Shown): { line: string; text: string }[] {
  const hues = [262, 165, 320, 95, 215, 20, 130, 290]
  const light = shown === 'light'
  return hues.map((h, i) => {
    const l = light ? [0.42, 0.56, 0.5, 0.62, 0.6, 0.38, 0.46, 0.66][i] : [0.72, 0.84, 0.68, 0.88, 0.8, 0.64, 0.76, 0.6][i]
    const rgb = (l: number): string => `rgb(${oklch(l, light ? 0.11 : 0.1, h).join(' ')})`
    return { line: rgb(l), text: rgb(light ? Math.min(l, 0.52) : Math.max(l, 0.66)) }
  })
}
