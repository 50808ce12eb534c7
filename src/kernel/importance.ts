// How much depends on the choice at a place, and how many children it is therefore given (AlphaLLM, arXiv:2404.12253).

/**
 * Importance of a place: the greatest distance of a child's value from the place's own, less what noise alone would make of it. Children of unknown
 * value (NaN) do not count; with none that counts, or where the place's own is unknown, it is 0.
 * @param parent value of the place @param children values of its children
 * @param o.rule `parent` (the paper): distance from the place's own value; `siblings` (the released code): from the children's mean, which is 0 where
 * all children are equally bad @param o.deadZone subtracted, so that a critic's noise is not taken for importance; at least 0, default 0
 */
export function importance(
  parent: number,
  children: readonly number[],
  o: { rule?: 'parent' | 'siblings'; deadZone?: number } = {},
): number {
  const known = children.filter(v => !Number.isNaN(v))
  const from = o.rule === 'siblings' ? known.reduce((a, v) => a + v, 0) / known.length : parent
  let most = 0
  for (const v of known) most = Math.max(most, Math.abs(v - from))
  return Number.isNaN(from) ? 0 : Math.max(0, most - (o.deadZone ?? 0))
}

/** Children a place of this importance may have: max(least, min(floor(alpha x importance), most)). */
export const widthFor = (importance: number, o: { alpha: number; least: number; most: number }): number =>
  Math.max(o.least, Math.min(Math.floor(o.alpha * importance + 1e-9), o.most))
