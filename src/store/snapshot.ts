// Files beside a run's journal that are made from it, such as its tree: so that looking at a run never runs code again.
import { hash } from 'node:crypto'
import { closeSync, existsSync, fsyncSync, openSync, readdirSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { type ZstdOptions, zstdCompressSync, zstdDecompress, zstdDecompressSync } from 'node:zlib'
import { StoreFailure, storeFailure } from './sqlite.ts'

/** Snapshots of one run, by kind (lower-case letters, digits, dashes). */
export interface Snapshots {
  /** Puts `data` in the place of what was there: at any moment there is the old one or the new one, whole. */
  save(kind: string, data: Uint8Array | string): void
  /** As it was saved; null: there is none. Throws a Failure `store` where it is damaged. */
  load(kind: string): Uint8Array | string | null
  /** The same, unpacked beside the event loop: for a server, which has others to answer meanwhile. */
  read(kind: string): Promise<Uint8Array | string | null>
}

/** Bytes from which compressing is worth it. */
const large = 16_384
const magic = 'ESNP'
const version = 1
/** magic 4, version 1, text 1, compressed 1, nothing 1, digest 16. */
const headSize = 24

/** Bytes that are unpacked at once: a large snapshot is put together from few pieces. */
const chunkSize = 1 << 22
const unpack = promisify<Buffer, ZstdOptions, Buffer>(zstdDecompress)

const digest = (b: Uint8Array): Buffer => hash('sha256', b, 'buffer').subarray(0, 16)
const nameOf = (base: string, kind: string): string => {
  if (!/^[a-z0-9-]+$/.test(kind))
    throw new StoreFailure(`a kind of snapshot is lower-case letters, digits and dashes, not ${JSON.stringify(kind)}`, '')
  return `${base}.${kind}.snapshot`
}

/**
 * @param base path of the run's files without their endings @param write false: `save` is refused
 * @param flush to the disk, so that it outlives a loss of power; one that does not is told by its sum, and made again from the journal
 */
export function snapshots(base: string, write: boolean, flush = true): Snapshots {
  return {
    save(kind, data) {
      const file = nameOf(base, kind)
      if (!write) throw new StoreFailure(`${file}: the run was opened for reading only`, 'open the run with write: true')
      const text = typeof data === 'string'
      const plain = text ? Buffer.from(data) : data
      const packed = plain.length >= large ? zstdCompressSync(plain) : null
      const head = Buffer.alloc(headSize)
      head.write(magic, 'latin1')
      head.set([version, Number(text), Number(packed !== null)], 4)
      head.set(digest(plain), 8)
      const temporary = `${file}.${process.pid}.new`
      try {
        const fd = openSync(temporary, 'w')
        try {
          writeAll(fd, head)
          writeAll(fd, packed ?? plain)
          if (flush) fsyncSync(fd)
        } finally {
          closeSync(fd)
        }
        renameSync(temporary, file)
      } catch (error) {
        rmSync(temporary, { force: true })
        throw storeFailure(error, file)
      }
    },
    load(kind) {
      const file = nameOf(base, kind)
      if (!existsSync(file)) return null
      let whole: Buffer
      try {
        whole = readFileSync(file)
      } catch (error) {
        throw storeFailure(error, file)
      }
      const { packed, text, sum } = headOf(whole, file)
      let plain: Buffer = whole.subarray(headSize)
      try {
        if (packed) plain = zstdDecompressSync(plain, { chunkSize })
      } catch (error) {
        throw damaged(file, (error as Error).message)
      }
      if (!digest(plain).equals(sum)) throw damaged(file, 'its sum does not match')
      return text ? plain.toString() : bytes(plain)
    },
    async read(kind) {
      const file = nameOf(base, kind)
      let whole: Buffer
      try {
        whole = await readFile(file)
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
        throw storeFailure(error, file)
      }
      const { packed, text, sum } = headOf(whole, file)
      let plain: Buffer = whole.subarray(headSize)
      try {
        if (packed) plain = await unpack(plain, { chunkSize })
      } catch (error) {
        throw damaged(file, (error as Error).message)
      }
      const found = Buffer.from(await crypto.subtle.digest('SHA-256', plain as Uint8Array<ArrayBuffer>))
      if (!found.subarray(0, 16).equals(sum)) throw damaged(file, 'its sum does not match')
      return text ? plain.toString() : bytes(plain)
    },
  }
}

const damaged = (file: string, why: string): StoreFailure =>
  new StoreFailure(`the snapshot ${file} is damaged (${why})`, 'make it again from the journal with `espalier replay`')
function headOf(whole: Buffer, file: string): { text: boolean; packed: boolean; sum: Buffer } {
  if (whole.length < headSize || whole.toString('latin1', 0, 4) !== magic) throw damaged(file, 'its head is not that of a snapshot')
  if (whole[4] > version)
    throw new StoreFailure(`${file} has format ${whole[4]}; this version of espalier reads formats up to ${version}`, 'update espalier')
  return { text: whole[5] === 1, packed: whole[6] === 1, sum: whole.subarray(8, headSize) }
}
/** Whoever reads typed arrays off them needs them aligned. */
const bytes = (b: Buffer): Uint8Array => (b.byteOffset % 8 === 0 ? new Uint8Array(b.buffer, b.byteOffset, b.length) : new Uint8Array(b))

function writeAll(fd: number, data: Uint8Array): void {
  for (let at = 0; at < data.length; ) at += writeSync(fd, data, at)
}

/** Removes a run's snapshots. */
export function removeSnapshots(base: string): void {
  const folder = dirname(base)
  for (const name of readdirSync(folder))
    if (name.startsWith(`${basename(base)}.`) && /\.snapshot(\.\d+\.new)?$/.test(name)) rmSync(join(folder, name), { force: true })
}
