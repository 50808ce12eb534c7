import type { Assessment, Value } from '../contract/index.ts'
import { spread } from './asking.ts'
import { markIn, type Span } from './mark.ts'

/**
 * A critic that says a number: asked the world's own question about a place, `samples` times; the last number in range in each reply counts, brought to
 * [0, 1], and their mean is the value. Replies without one are left out; if there is none with one, the judgement failed.
 * @param o.span lowest and highest mark, default 0 to 1 @param o.samples default 1 @param o.role who is asked; falls back to the policy's model
 */
export function marks(o: { span?: Span; samples?: number; role?: string; temperature?: number } = {}): Value {
  const { span = [0, 1], samples = 1, role = 'critic' } = o
  const [low, high] = span
  return {
    id: `marks(${low},${high})`,
    async value(at, io): Promise<Assessment> {
      const model = io.model(role)
      const sampling = o.temperature === undefined ? {} : { temperature: o.temperature }
      const replies = await model.sample(at.messages({ for: 'judgement' }, model.dialect), { ...sampling, n: samples })
      const read = replies.map(r => markIn(r.text, span)).filter(x => x !== undefined)
      if (read.length === 0) {
        const found = replies[0]?.text.trim().slice(0, 80) ?? ''
        return { value: Number.NaN, failed: true, feedback: `expected a number from ${low} to ${high}, found "${found}"` }
      }
      const { mean, sd } = spread(read.map(x => (x - low) / (high - low)))
      return { value: mean, sd, parts: { marks: read.length } }
    },
  }
}
