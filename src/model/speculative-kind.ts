import { Failure } from '../kernel/failure.ts'
import type { DraftShape } from '../kernel/index.ts'
import { type ModelKind, type Option, parseOptions } from './kind.ts'
import { speculative } from './speculative.ts'

const count = (doc: string): Option => ({ type: 'number', whole: true, min: 1, max: 64, doc })
const options = {
  width: count('drafted tokens side by side (default 4)'),
  length: count('drafted tokens in a row (default 3)'),
  tree: { type: 'text', doc: 'beam (RSD-S, the default), constant (RSD-C: width at the first token, 1 after it) or iid' },
} as const satisfies Record<string, Option>

/** `speculative:TARGET,DRAFT` with options after the names. */
export const speculativeKind: ModelKind = {
  kind: 'speculative',
  describe: 'Two models of one vocabulary: says exactly what the first would say, drafted by the second in fewer passes of the first',
  example: 'speculative:seedling,seedling@draft',
  paper: {
    title: 'Recursive Speculative Decoding: Accelerating LLM Inference via Sampling Without Replacement',
    id: 'arXiv:2402.14160',
    dossier: 'rsd',
  },
  rest: 'name',
  async create({ name }, context) {
    const parts = name.split(',').map(x => x.trim())
    const [target, draft, ...rest] = parts
    const named = [target, draft].filter(x => x && !x.includes('='))
    if (named.length < 2 || !context.create)
      throw new Failure(
        'usage',
        `speculative needs a target and a draft, found "${name}"`,
        'as in speculative:seedling,seedling@draft,width=4,length=3',
      )
    const o = parseOptions(rest.join(','), options, 'speculative') as { width?: number; length?: number; tree?: string }
    const { width = 4, length = 3, tree = 'beam' } = o
    if (tree !== 'beam' && tree !== 'constant' && tree !== 'iid')
      throw new Failure('usage', `speculative: option tree is beam, constant or iid, found "${tree}"`, options.tree.doc)
    const shape: DraftShape =
      tree === 'beam' ? { kind: 'beam', width, length } : { kind: tree, branch: Array.from({ length }, (_, i) => (i === 0 ? width : 1)) }
    const [large, small] = await Promise.all([context.create(target), context.create(draft)])
    return speculative(large, small, shape)
  },
}
