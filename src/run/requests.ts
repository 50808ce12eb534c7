// What a run asked of its models, word for word, and what each critic said: a journal keeps hashes of requests alone, since a replay makes them again.
import { constants, zstdCompress, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import type { Assessment, EdgeId } from '../contract/index.ts'
import { Failure } from '../kernel/index.ts'
import type { Job, Tap } from '../runtime/index.ts'

/** Requests that are packed together: neighbours in time are much alike. */
const block = 64
const separator = '\u0000'
/** Nobody waits for it to be small. */
const quick = { params: { [constants.ZSTD_c_compressionLevel]: 1 } }
/** Blocks that are being packed beside the run. */
const packing = 8
/** Rows whose judgements are packed together. */
const rows = 1 << 11
const version = 1
const magic = 0x45535251 // ESRQ

/** A judgement as it was given. */
export interface Judgement {
  readonly column: string
  readonly by: string
  readonly assessment: Assessment
}
/** What `encode` says first. Lengths in bytes; 0: let go, or none. */
interface Head {
  readonly requests: number
  readonly blocks: readonly number[]
  readonly judged: readonly number[]
}

/** A tap that keeps everything it is told. Requests are packed; beyond `most` bytes of them the oldest are let go. */
export class Requests implements Tap {
  readonly #most: number
  #open: string[] = []
  /** By number of the block; a text: being packed; undefined: let go. */
  #packed: (Uint8Array | string | undefined)[] = []
  #waiting = 0
  #oldest = 0
  #bytes = 0
  readonly #judged = new Map<EdgeId, Judgement[]>()
  /** Of those that were kept: packed, by rows; null: read. */
  #kept: (Uint8Array | null)[] = []
  constructor(most = 128 * 2 ** 20) {
    this.#most = most
  }
  request(k: number, job: Job): void {
    // Numbers come in order and without gaps.
    if (k !== this.size) return
    this.#open.push(job.request)
    if (this.#open.length < block) return
    const text = this.#open.join(separator)
    this.#open = []
    const at = this.#packed.push(text) - 1
    // The run goes on meanwhile; where packing does not keep up, it waits for it.
    if (this.#waiting >= packing) return this.#take(at, zstdCompressSync(text, quick))
    this.#waiting++
    zstdCompress(text, quick, (error, packed) => {
      this.#waiting--
      if (typeof this.#packed[at] === 'string') this.#take(at, error === null ? packed : zstdCompressSync(text, quick))
    })
  }
  #take(at: number, packed: Uint8Array): void {
    this.#packed[at] = packed
    this.#bytes += packed.length
    while (this.#bytes > this.#most && this.#oldest < this.#packed.length - 1) {
      const oldest = this.#packed[this.#oldest]
      if (oldest instanceof Uint8Array) this.#bytes -= oldest.length
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
    if (at >= this.#packed.length) return (at === this.#packed.length ? this.#open[k % block] : undefined) ?? null
    const packed = this.#packed[at]
    if (packed === undefined) return null
    return (typeof packed === 'string' ? packed : zstdDecompressSync(packed).toString()).split(separator)[k % block] ?? null
  }
  judgements(e: EdgeId): readonly Judgement[] {
    const packed = this.#kept[Math.floor(e / rows)]
    if (packed instanceof Uint8Array) {
      this.#kept[Math.floor(e / rows)] = null
      const all = packed.length === 0 ? [] : (JSON.parse(zstdDecompressSync(packed).toString()) as [EdgeId, Judgement[]][])
      for (const [row, own] of all) this.#judged.set(row, own.map(unknownValue))
    }
    return this.#judged.get(e) ?? []
  }

  /** As bytes: `ESRQ`, version, length of the head, the head as JSON, then the blocks of requests and those of judgements, each packed by itself. */
  encode(): Uint8Array {
    const blocks = [...this.#packed, ...(this.#open.length > 0 ? [this.#open.join(separator)] : [])].map(b =>
      typeof b === 'string' ? zstdCompressSync(b, quick) : (b ?? new Uint8Array(0)),
    )
    const groups: [EdgeId, Judgement[]][][] = []
    for (const entry of this.#judged) {
      const g = Math.floor(entry[0] / rows)
      while (groups.length <= g) groups.push([])
      groups[g].push(entry)
    }
    const judged = groups.map(g => (g.length === 0 ? new Uint8Array(0) : zstdCompressSync(JSON.stringify(g), quick)))
    const lengths = (parts: readonly Uint8Array[]): number[] => parts.map(p => p.length)
    const head = Buffer.from(JSON.stringify({ requests: this.size, blocks: lengths(blocks), judged: lengths(judged) } satisfies Head))
    const first = Buffer.alloc(12)
    first.writeUInt32LE(magic, 0)
    first.writeUInt32LE(version, 4)
    first.writeUInt32LE(head.length, 8)
    return Buffer.concat([first, head, ...blocks, ...judged])
  }
  /** Those of `encode`'s bytes, which it holds on to; each block is unpacked when it is asked for. @throws Failure (store) on bytes that are none */
  static decode(data: Uint8Array): Requests {
    const bad = (): never => {
      throw new Failure('store', 'not the requests of a run', 'replay the run: its journal holds everything that is kept beside it')
    }
    const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength)
    if (bytes.length < 12 || bytes.readUInt32LE(0) !== magic || bytes.readUInt32LE(4) !== version) bad()
    let at = 12 + bytes.readUInt32LE(8)
    if (bytes.length < at) bad()
    const head = JSON.parse(bytes.toString('utf8', 12, at)) as Head
    const parts = (lengths: readonly number[]): Uint8Array[] => lengths.map(n => bytes.subarray(at, (at += n)))
    const out = new Requests(Number.POSITIVE_INFINITY)
    const blocks = parts(head.blocks)
    out.#kept = parts(head.judged)
    if (at !== bytes.length || Math.ceil(head.requests / block) !== blocks.length) bad()
    out.#packed = blocks.map(b => (b.length === 0 ? undefined : b))
    return out
  }
}

/** JSON has no NaN: a value that was unknown comes back as null. */
const unknownValue = (j: Judgement): Judgement => ({ ...j, assessment: { ...j.assessment, value: j.assessment.value ?? Number.NaN } })
