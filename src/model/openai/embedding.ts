// What `/embeddings` answers.
import type { Usage } from '../../contract/index.ts'
import { ModelFault } from '../fault.ts'

type Loose = { readonly [key: string]: any }

/**
 * The vectors of so many texts, in their order.
 * @throws ModelFault (fault) where one is missing or is no vector, or they differ in length
 */
export function vectorsOf(body: unknown, texts: number, host: string): Float32Array[] {
  const data: unknown = (body as Loose | null)?.data
  const out: Float32Array[] = []
  for (const [i, x] of (Array.isArray(data) ? data : []).entries()) {
    const { index = i, embedding } = (x ?? {}) as Loose
    const whole = Array.isArray(embedding) && embedding.length > 0 && embedding.every(Number.isFinite)
    if (whole && Number.isInteger(index) && index >= 0 && index < texts) out[index] = Float32Array.from(embedding)
  }
  const good = Array.from({ length: texts }, (_, i) => out[i]).every(v => v !== undefined && v.length === out[0].length)
  if (!good) throw new ModelFault('fault', `${host} did not answer with a vector for each text`)
  return out
}

/** @param bytes of the texts, for a server that counts nothing @param price US dollars per million tokens */
export function embeddingUsage(body: unknown, bytes: number, price: number | undefined): Partial<Usage> & { estimated?: number } {
  const said: unknown = (body as Loose | null)?.usage?.prompt_tokens ?? (body as Loose | null)?.usage?.total_tokens
  const known = typeof said === 'number' && Number.isFinite(said) && said >= 0
  const inputTokens = known ? Math.round(said) : Math.ceil(bytes / 4)
  return {
    requests: 1,
    inputTokens,
    ...(price === undefined ? {} : { usd: (inputTokens * price) / 1e6 }),
    ...(known ? {} : { estimated: 1 }),
  }
}
