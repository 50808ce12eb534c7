// When each row of a run's tree was made, and what was spent at it: what a look at a run wants to know and no method needs.
import type { EdgeId, Usage } from '../contract/index.ts'
import { Failure } from '../kernel/index.ts'

const version = 1
const magic = 0x45534c47 // ESLG

/** Columns by row. `born`: seconds of the run, NaN where it is not known. `usd`: NaN where a price is not known. */
export class Ledger {
  readonly born: number[] = [0]
  /** Completions and acts that had been delivered by then. */
  readonly after: number[] = [0]
  readonly calls: number[] = [0]
  readonly tokens: number[] = [0]
  readonly usd: number[] = [0]
  /** Times that something was charged: tells who looks whether there is anything new. */
  charges = 0

  /** Makes room for all rows up to e. */
  #reach(e: number): void {
    for (let i = this.born.length; i <= e; i++) {
      this.born.push(Number.NaN)
      this.after.push(Number.NaN)
      this.calls.push(0)
      this.tokens.push(0)
      this.usd.push(0)
    }
  }
  /** Row e was made at this time, after so many completions and acts. */
  begin(e: EdgeId, seconds: number, delivered: number): void {
    this.#reach(e)
    this.born[e] = seconds
    this.after[e] = delivered
  }
  charge(e: EdgeId, u: Partial<Usage>): void {
    this.#reach(e)
    this.charges++
    this.calls[e] += u.calls ?? 0
    this.tokens[e] += (u.inputTokens ?? 0) + (u.outputTokens ?? 0)
    this.usd[e] = u.usd === null ? Number.NaN : this.usd[e] + (u.usd ?? 0)
  }

  /** As bytes, little-endian: `ESLG`, version, rows, then the five columns. */
  encode(rows: number): Uint8Array {
    this.#reach(rows - 1)
    const out = new Uint8Array(16 + rows * 40)
    const head = new DataView(out.buffer)
    head.setUint32(0, magic, true)
    head.setUint32(4, version, true)
    head.setUint32(8, rows, true)
    const all = new Float64Array(out.buffer, 16, rows * 5)
    for (const [i, column] of [this.born, this.after, this.calls, this.tokens, this.usd].entries())
      for (let e = 0; e < rows; e++) all[i * rows + e] = column[e]
    return out
  }
  /** @throws Failure (store) on bytes that are none */
  static decode(data: Uint8Array): Ledger {
    const whole = data.byteOffset % 8 === 0 ? data : data.slice()
    const head = new DataView(whole.buffer, whole.byteOffset, whole.byteLength)
    const rows = whole.length < 16 ? -1 : head.getUint32(8, true)
    if (rows < 1 || head.getUint32(0, true) !== magic || head.getUint32(4, true) !== version || whole.length < 16 + rows * 40)
      throw new Failure('store', 'not a ledger snapshot', 'replay the run: its journal holds everything the snapshot does')
    const all = new Float64Array(whole.buffer, whole.byteOffset + 16, rows * 5)
    const out = new Ledger()
    for (const [i, column] of [out.born, out.after, out.calls, out.tokens, out.usd].entries())
      for (let e = 0; e < rows; e++) column[e] = all[i * rows + e]
    return out
  }
}
