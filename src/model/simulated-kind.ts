import { Failure } from '../kernel/failure.ts'
import type { ModelKind, Option } from './kind.ts'
import { type Simulated, simulated } from './simulated.ts'

const share = (doc: string): Option => ({ type: 'number', min: 0, max: 1, doc })
const amount = (doc: string): Option => ({ type: 'number', min: 0, doc })

export const simulatedKind: ModelKind = {
  kind: 'simulated',
  describe: 'Knows the truth of its world and errs about it at set rates; free, offline, repeatable',
  example: 'simulated:error=0.1,width=8',
  rest: 'options',
  options: {
    seed: { type: 'number', whole: true, doc: 'another seed, another model (default: the seed of the run)' },
    error: share('chance that a judgement says the contrary (default 0)'),
    width: { type: 'number', whole: true, min: 1, doc: 'how many of the legal steps it thinks of (default 8)' },
    slip: share('chance that a step is written with a wrong result (default 0)'),
    skill: share('chance that a step it chooses is a promising one (default 0)'),
    latency: amount('median waiting time in milliseconds (default 0)'),
    sigma: amount('spread of the waiting time, of its logarithm (default 0.8)'),
    faults: share('chance that a request fails and may be tried again (default 0)'),
    limited: amount('requests a second, no limit: 0 (default 0)'),
    cut: share('chance that a reply is cut off (default 0)'),
    input: amount('US dollars per million prompt tokens (default 0)'),
    output: amount('US dollars per million written tokens (default 0)'),
    request: amount('US dollars per request (default 0)'),
  },
  create({ options }, { oracle, world, seed = 0 }) {
    if (!oracle)
      throw new Failure(
        'usage',
        `${world ? `world ${world} has` : 'there is'} no oracle, which a simulated model needs`,
        'take another model, or a world with an oracle',
      )
    const { input = 0, output = 0, request = 0, ...rest } = options as Record<string, number>
    return simulated({ seed, ...(rest as Partial<Simulated>), oracle, price: { input, output, request } })
  },
}
