// Models by the names one types: `simulated:error=0.1`, `openai:gpt-5`, `seedling@mine`.
import type { Provider } from '../contract/index.ts'
import { Failure } from '../kernel/failure.ts'
import { nearest } from '../kernel/nearest.ts'
import { type ModelContext, type ModelKind, type ModelSpec, parseOptions } from './kind.ts'
import { ggufKind } from './llama-cpp/index.ts'
import { openaiKind } from './openai/index.ts'
import { seedlingKind } from './seedling/kind.ts'
import { simulatedKind } from './simulated-kind.ts'
import { speculativeKind } from './speculative-kind.ts'

/** Every kind of model. A new one is a file that exports a ModelKind, and a line here. */
export const modelKinds: readonly ModelKind[] = [seedlingKind, openaiKind, ggufKind, simulatedKind, speculativeKind]

/** @throws Failure (usage), one line, naming the nearest kind or option */
export function parseModel(text: string, kinds: readonly ModelKind[] = modelKinds): ModelSpec {
  const m = /^([A-Za-z][\w-]*)(?:@([^:]+))?(?::(.*))?$/s.exec(text.trim())
  const names = kinds.map(k => k.kind)
  const found = m && kinds.find(k => k.kind === m[1])
  if (!m || !found) {
    const near = nearest(m?.[1] ?? text, names)
    throw new Failure(
      'usage',
      `no model "${text}"${near ? `; did you mean ${near}?` : ''}`,
      `models: ${kinds.map(k => k.example).join(', ')}`,
    )
  }
  const [, kind, at = '', rest = ''] = m
  if (found.rest === 'options') return { kind, name: at, options: parseOptions(rest, found.options ?? {}, kind), text: text.trim() }
  if (found.rest === 'none' && rest !== '')
    throw new Failure('usage', `${kind} takes nothing after a colon, found "${rest}"`, `as in ${found.example}`)
  if (found.rest === 'name' && rest === '' && at === '') throw new Failure('usage', `${kind} needs a name`, `as in ${found.example}`)
  return { kind, name: rest || at, options: {}, text: text.trim() }
}

/** A provider for a name. @throws Failure (usage) on a name that is none, or where the kind lacks something it needs */
export async function createModel(
  spec: string | ModelSpec,
  context: ModelContext = {},
  kinds: readonly ModelKind[] = modelKinds,
): Promise<Provider> {
  const parsed = typeof spec === 'string' ? parseModel(spec, kinds) : spec
  const kind = kinds.find(k => k.kind === parsed.kind)
  if (!kind) throw new Failure('usage', `no model kind "${parsed.kind}"`, `kinds: ${kinds.map(k => k.kind).join(', ')}`)
  return await kind.create(parsed, { ...context, create: name => createModel(name, context, kinds) })
}
