/** One measured figure. Where there is a bar, it is about `ratio` if there is one, else about `value`. */
export interface Row {
  name: string
  value: number
  unit: string
  ratio?: number
  bar?: 'at least' | 'at most'
  target?: number
  note?: string
}
export interface Part {
  /** @param o.minutes of what a part does over time, where it does; default: seconds */
  bench(o: { smoke: boolean; minutes?: number }): Promise<Row[]>
}
/** Is the bar met? undefined: there is none. */
export const met = (r: Row): boolean | undefined =>
  r.target === undefined ? undefined : r.bar === 'at least' ? (r.ratio ?? r.value) >= r.target : (r.ratio ?? r.value) <= r.target
