// Rows as an Apache Parquet file. Texts, truths, numbers and lists of them have columns of their own types; anything deeper is a JSON column.
import { type ColumnSource, parquetWriteBuffer } from 'hyparquet-writer'
import { Failure } from '../../kernel/index.ts'
import type { Row } from './formats.ts'

type Kind = 'STRING' | 'BOOLEAN' | 'DOUBLE'
const kindOfValue = (x: unknown): Kind | null =>
  typeof x === 'string' ? 'STRING' : typeof x === 'boolean' ? 'BOOLEAN' : typeof x === 'number' ? 'DOUBLE' : null

/** The kind that all known values share; null: none. */
const shared = (xs: readonly unknown[]): Kind | null => {
  const kinds = new Set(xs.filter(x => x !== null && x !== undefined).map(kindOfValue))
  return kinds.size === 1 ? [...kinds][0] : null
}

/** @throws Failure (usage) without a row */
export function toParquet(rows: readonly Row[]): Uint8Array {
  if (rows.length === 0) throw new Failure('usage', 'there is no row to write', 'a Parquet file needs one: it takes its columns from them')
  const names = [...new Set(rows.flatMap(r => Object.keys(r)))]
  const schema: { name: string; type?: string; repetition_type?: string; converted_type?: string; num_children?: number }[] = [
    { name: 'root', num_children: names.length },
  ]
  const columnData: ColumnSource[] = names.map(name => {
    const values = rows.map(r => r[name] ?? null)
    const scalar = shared(values)
    const lists = values.every(v => v === null || Array.isArray(v))
    const element = lists ? shared(values.flatMap(v => (v as unknown[] | null) ?? [])) : null
    const leaf = (of: Kind, leafName: string) => ({
      name: leafName,
      type: of === 'STRING' ? 'BYTE_ARRAY' : of,
      ...(of === 'STRING' ? { converted_type: 'UTF8' } : {}),
      repetition_type: 'OPTIONAL',
    })
    if (scalar !== null) {
      schema.push(leaf(scalar, name))
      return { name, data: values as string[] }
    }
    if (element !== null) {
      schema.push(
        { name, repetition_type: 'OPTIONAL', converted_type: 'LIST', num_children: 1 },
        { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
        leaf(element, 'element'),
      )
      return { name, data: values as string[][] }
    }
    schema.push({ name, type: 'BYTE_ARRAY', converted_type: 'JSON', repetition_type: 'OPTIONAL' })
    return { name, data: values as object[] }
  })
  return new Uint8Array(parquetWriteBuffer({ columnData, schema: schema as never }))
}
