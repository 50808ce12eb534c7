// Lists of tasks that are made from settings.
import type { Split } from '../contract/index.ts'
import type { Named, Wish } from './entry.ts'
import { readSettings, type Setting, type Settings, showSettings } from './settings.ts'

/**
 * Tasks by seed: settings with the seeds that follow from a wish's, one after the other, no two alike, of the wished split.
 * @param o.given settings that differ from their defaults @param o.of a task from its settings @param o.text what tells tasks apart, and what they are
 * split by @param o.weight how hard one is, where the easiest are wished first
 */
export function madeTasks<K extends string, T>(
  world: string,
  w: Wish,
  known: Readonly<Record<K | 'seed', Setting>>,
  o: {
    given: Partial<Record<K, number>>
    of(m: Settings<K | 'seed'>): T
    text(t: T): string
    split(t: T): Split
    weight(t: T): number
  },
): Named<T>[] {
  const out: Named<T>[] = []
  const seen = new Set<string>()
  const first = ((w.seed ?? 0) * 100_003) % 2 ** 30
  for (let i = 0, idle = 0; out.length < w.n && idle < 2000; i++, idle++) {
    const m = readSettings(world, { ...o.given, seed: first + i }, known)
    const task = o.of(m)
    const text = o.text(task)
    if (seen.has(text) || (w.split !== undefined && w.split !== 'all' && o.split(task) !== w.split)) continue
    seen.add(text)
    out.push({ id: `${world}/${showSettings(m, known).replaceAll(' ', ',')}`, task })
    idle = 0
  }
  return w.order === 'difficulty' ? out.sort((a, b) => o.weight(a.task) - o.weight(b.task)) : out
}

/** The same of tasks that are little more than a seed: all seeds from the wish's on. */
export function seededTasks<T>(world: string, w: Wish, o: { of(seed: number): T; text(t: T): string; split(t: T): Split }): Named<T>[] {
  const out: Named<T>[] = []
  const first = 1 + (w.seed ?? 0) * 100_000
  for (let seed = first; out.length < w.n && seed < first + 100_000; seed++) {
    const task = o.of(seed)
    if (w.split === undefined || w.split === 'all' || o.split(task) === w.split)
      out.push({ id: `${world}/${o.text(task).replaceAll(' ', '-')}`, task })
  }
  return out
}
