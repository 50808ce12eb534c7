// Marks in replies.

/** Lowest and highest mark. */
export type Span = readonly [low: number, high: number]

/**
 * The mark in a reply: the last number in it that lies in the range. `8/10` and `80%` are shares of the range, a boxed or bold number is one too.
 * @param span default [0, 1] @returns undefined: there is none
 */
export function markIn(reply: string, span: Span = [0, 1]): number | undefined {
  const [low, high] = span
  const all = [...reply.slice(-4000).matchAll(/(?<![\w.])([-+\u2212]?\d+(?:\.\d+)?|[-+\u2212]?\.\d+)\s*(%|\/\s*(\d+(?:\.\d+)?))?/g)]
  const last = all.at(-1)
  if (!last) return undefined
  const x = Number(last[1].replace('\u2212', '-'))
  const whole = last[2] === '%' ? 100 : last[3] === undefined ? undefined : Number(last[3])
  // A share of another whole is a share of the range; one of the range itself is the mark.
  const mark = whole === undefined || whole === high ? x : low + (x / whole) * (high - low)
  return mark >= low && mark <= high ? mark : undefined
}
