// What a run asked of its models, word for word, and what each critic said: a journal keeps hashes of requests alone, since a replay makes them again.
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import type { Assessment, EdgeId } from '../contract/index.ts'
import type { Job, Tap } from '../runtime/index.ts'

/** Requests that are packed together: neighbours in time are much alike. */
const block = 64
const separator = '\u0000'

/** A judgement as it was given. */
export interface Judgement {
  readonly column: string
  readonly by: string
  readonly assessment: Assessment
}

/** A tap that keeps everything it is told. Requests are packed; beyond `most` bytes of them the oldest are let go. */
export class Requests implements Tap {
  readonly #most: number
  #open: string[] = []
  /** By number of the block; undefined: let go. */
  #packed: (Buffer | undefined)[] = []
  #oldest = 0
  #bytes = 0
  readonly #judged = new Map<EdgeId, Judgement[]>()
  constructor(most = 128 * 2 ** 20) {
    this.#most = most
  }
  request(k: number, job: Job): void {
    // Numbers come in order and without gaps.
    if (k !== this.#packed.length * block + this.#open.length) return
    this.#open.push(job.request)
    if (this.#open.length < block) return
    const packed = zstdCompressSync(this.#open.join(separator))
    this.#open = []
    this.#packed.push(packed)
    this.#bytes += packed.length
    while (this.#bytes > this.#most && this.#oldest < this.#packed.length - 1) {
      this.#bytes -= this.#packed[this.#oldest]!.length
      this.#packed[this.#oldest++] = undefined
    }
  }
  judged(e: EdgeId, column: string, by: string, assessment: Assessment): void {
    const own = this.#judged.get(e)
    const one = { column, by, assessment }
    own === undefined ? this.#judged.set(e, [one]) : own.push(one)
  }

  /** How many requests it was told of. */
  get size(): number {
    return this.#packed.length * block + this.#open.length
  }
  /** The text of request k, as it was hashed; null: it was not told, or was let go. */
  text(k: number): string | null {
    const at = Math.floor(k / block)
    if (at === this.#packed.length) return this.#open[k % block] ?? null
    const packed = this.#packed[at]
    return packed === undefined ? null : (zstdDecompressSync(packed).toString().split(separator)[k % block] ?? null)
  }
  judgements(e: EdgeId): readonly Judgement[] {
    return this.#judged.get(e) ?? []
  }
}
