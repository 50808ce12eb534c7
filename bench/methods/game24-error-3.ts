// Every method on Game of 24 at equal calls; judgements are wrong with chance 0.3.
import type { Row } from '../row.ts'
import { rates } from './rates.ts'

export async function bench({ smoke }: { smoke: boolean }): Promise<Row[]> {
  return rates(0.3, { smoke })
}
