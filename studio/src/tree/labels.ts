// Actions in short, asked for when they come into view; a bounded number is kept.
import type { TreeColumns } from '../../../src/serve/api/wire.ts'
import { get, url } from '../api.ts'

const kept = 20_000
const atOnce = 400

export class Labels {
  private readonly run: TreeColumns['run']
  private readonly known = new Map<number, string>()
  private readonly asked = new Set<number>()
  private wanted: number[] = []
  private timer: ReturnType<typeof setTimeout> | undefined
  private readonly arrived: () => void
  constructor(run: string, arrived: () => void) {
    this.run = run
    this.arrived = arrived
  }
  /** What is known of a row; undefined: it was asked for. */
  of(row: number): string | undefined {
    const label = this.known.get(row)
    if (label === undefined && !this.asked.has(row)) {
      this.asked.add(row)
      this.wanted.push(row)
      this.timer ??= setTimeout(() => void this.ask(), 40)
    }
    return label
  }
  private async ask(): Promise<void> {
    this.timer = undefined
    // The newest wish first: it is what is in view now.
    const rows = this.wanted.splice(Math.max(0, this.wanted.length - atOnce))
    if (rows.length === 0) return
    try {
      const { labels } = await get<{ labels: Record<string, string> }>(
        url(`/api/runs/${encodeURIComponent(this.run)}/labels`, { rows: rows.join(',') }),
      )
      if (this.known.size > kept) {
        this.known.clear()
        this.asked.clear()
      }
      for (const row of rows) this.known.set(row, labels[row] ?? '')
      this.arrived()
    } catch {
      // Asked again when they are next in view.
      for (const row of rows) this.asked.delete(row)
    }
    if (this.wanted.length > 0) this.timer ??= setTimeout(() => void this.ask(), 40)
  }
  /** Of all these rows, when they are here. */
  async all(rows: readonly number[]): Promise<string[]> {
    const missing = rows.filter(r => !this.known.has(r))
    for (let i = 0; i < missing.length; i += atOnce) {
      const part = missing.slice(i, i + atOnce)
      const { labels } = await get<{ labels: Record<string, string> }>(
        url(`/api/runs/${encodeURIComponent(this.run)}/labels`, { rows: part.join(',') }),
      )
      for (const row of part) {
        this.known.set(row, labels[row] ?? '')
        this.asked.add(row)
      }
    }
    return rows.map(r => this.known.get(r) ?? '')
  }
  stop(): void {
    clearTimeout(this.timer)
    this.wanted = []
  }
}
