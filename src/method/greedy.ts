// Greedy decoding, step by step: the policy's likeliest action at every state, once. What every search is measured against.
import { finish, rollout } from '../compose/index.ts'
import { method } from '../runtime/index.ts'

/**
 * One path at temperature 0. Steps rather than one attempt, so that a proposal which the world rejects costs a step and not the whole path.
 *
 * Trap: at temperature 0 a rejected proposal comes again word for word unless the policy is told why; `tries` asks again with the reason.
 */
export const greedy = method({
  id: 'greedy',
  version: 1,
  knobs: {
    temperature: { default: 0, min: 0, max: 2, doc: 'of the policy; 0 is its likeliest action' },
    steps: { default: 64, min: 1, max: 10_000, doc: 'most steps of the path' },
    tries: { default: 3, min: 1, max: 100, doc: 'how often an action is asked for that the world can take' },
  },
  promises: ['orderFree', 'anytime'],
  needs: ['policy'],
  async run(s, k) {
    const step = { n: 1, tries: k.tries, sampling: { temperature: k.temperature, grain: 'step' as const } }
    const path = await rollout(
      s.tree,
      s.tree.root,
      n => s.expand(n, step),
      () => 0,
      { steps: k.steps },
    )
    await finish(s, path.slice(-1))
  },
})
