// `c=0.7`: a knob as one types it, read by the type that the method gives it.
import type { KnobValue, Method } from '../contract/index.ts'
import { Failure, nearest } from '../kernel/index.ts'
import { knobDetail } from '../runtime/index.ts'

/**
 * @param texts each `K=V`; a list is `K=1,2,3` @param where it was written, for messages
 * @throws Failure (usage) that names the knob, what it expects and what was found
 */
export function parseKnobs(texts: readonly string[] = [], method: Method, where = '--knob'): Record<string, KnobValue> {
  const out: Record<string, KnobValue> = {}
  for (const text of texts) {
    const at = text.indexOf('=')
    if (at <= 0) throw new Failure('usage', `${where}: expected K=V, found '${text}'`, 'as in c=0.7')
    const name = text.slice(0, at).trim()
    const value = text.slice(at + 1).trim()
    if (!Object.hasOwn(method.knobs, name)) {
      const near = nearest(name, Object.keys(method.knobs))
      throw new Failure(
        'usage',
        `${method.id} has no knob '${name}'`,
        `${near === undefined ? '' : `did you mean ${near}? `}it has: ${Object.keys(method.knobs).join(', ') || 'none'}`,
      )
    }
    if (Object.hasOwn(out, name)) throw new Failure('usage', `${where} ${name} is given twice`, 'give it once')
    const detail = knobDetail(method.knobs[name])
    const read = knobValue(value, detail.default)
    if (read === undefined) {
      const kind = Array.isArray(detail.default) ? 'numbers with commas between them' : kinds[typeof detail.default]
      throw new Failure(
        'usage',
        `${where} ${name}: expected ${kind}, found '${value}'`,
        `${detail.doc ?? `a knob of ${method.id}`} (default ${detail.default})`,
      )
    }
    out[name] = read
  }
  return out
}
const kinds: Record<string, string> = { number: 'a number', boolean: 'true or false', string: 'a word' }

function knobValue(text: string, like: KnobValue): KnobValue | undefined {
  const number = (x: string): number => (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(x.trim()) ? Number(x) : Number.NaN)
  if (typeof like === 'string') return text
  if (typeof like === 'boolean') return text === 'true' ? true : text === 'false' ? false : undefined
  if (typeof like === 'number') return Number.isFinite(number(text)) ? number(text) : undefined
  const list = text === '' ? [] : text.split(',').map(number)
  return list.every(Number.isFinite) ? list : undefined
}
