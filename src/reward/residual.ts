import type { Assessment, Value } from '../contract/index.ts'

/**
 * A critic that says how much the last step moved things: V(s) = clip(V(parent) + step * delta), delta a whole number from -scale to scale.
 * Where the parent's value is unknown, as at the root, the middle of the range stands for it (and is the root's own value, unasked).
 * @param o.scale largest delta the critic may say @param o.range of V @param o.step worth of one unit of delta
 * As in BAVT (arXiv:2603.12634): scale 4, step 0.1, range [0.1, 1].
 */
export function residual(o: { scale: number; range: readonly [number, number]; step: number; role?: string }): Value {
  const { scale, step, role = 'critic' } = o
  const [low, high] = o.range
  const middle = (low + high) / 2
  return {
    id: `residual(${scale},${step})`,
    async value(at, io): Promise<Assessment> {
      if (at.parent === null) return { value: Number.isNaN(at.V) ? middle : at.V }
      const model = io.model(role)
      const want = { for: 'judgement' } as const
      const content = `The first of these is the place before the last step, the second the place after it. How much nearer to a good end did the step bring it? Reply with a whole number from ${-scale} to ${scale}; 0 is no change.`
      const messages = [...at.parent.messages(want, model.dialect), ...at.messages(want, model.dialect), { role: 'user' as const, content }]
      const [reply] = await model.sample(messages)
      const delta = Number(/[-+\u2212]?\d+(?!.*\d)/s.exec(reply?.text ?? '')?.[0].replace('\u2212', '-') ?? Number.NaN)
      if (Number.isNaN(delta) || Math.abs(delta) > scale)
        return {
          value: Number.NaN,
          failed: true,
          feedback: `expected a whole number from ${-scale} to ${scale}, found "${reply?.text.trim().slice(0, 80) ?? ''}"`,
        }
      const before = Number.isNaN(at.parent.V) ? middle : at.parent.V
      return { value: Math.min(high, Math.max(low, before + step * delta)), parts: { delta } }
    },
  }
}
