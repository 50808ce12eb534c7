// Which method and which model a name means: `<method>/<model>`, `<method>@<preset>/<model>`, or a model alone, which passes through.
import { Failure, nearest } from '../kernel/index.ts'
import { methodIds, methods } from '../method/index.ts'
import { Refusal } from './refusal.ts'
import type { ServeSettings } from './settings.ts'

export interface Chosen {
  /** null: the model alone. */
  readonly method: string | null
  readonly preset?: string
  /** Its name here, and as after `--model`. */
  readonly name: string
  readonly spec: string
}

/** @throws Refusal (404) that names the nearest */
export function choose(model: string, settings: Pick<ServeSettings, 'models'>): Chosen {
  const at = model.indexOf('/')
  const [head, preset] = at < 0 ? [''] : model.slice(0, at).split('@')
  const method = methods.has(head) ? head : null
  const name = method === null ? model : model.slice(at + 1)
  if (!Object.hasOwn(settings.models, name)) {
    const near = nearest(model, modelNames(settings))
    throw new Refusal(404, 'model_not_found', `no model is called '${model}'${near === undefined ? '' : `; did you mean ${near}?`}`, {
      param: 'model',
    })
  }
  if (preset !== undefined && method !== null && preset !== 'published' && !Object.hasOwn(methods.get(method)!.presets ?? {}, preset))
    throw new Failure(
      'usage',
      `${method} has no preset '${preset}'`,
      `it has: ${Object.keys(methods.get(method)!.presets ?? {}).join(', ') || 'none'}`,
    )
  return { method, ...(preset === undefined ? {} : { preset }), name, spec: settings.models[name] }
}

/** Every name that `choose` takes: the models, then each method over each of them. */
export const modelNames = (settings: Pick<ServeSettings, 'models'>): string[] => {
  const names = Object.keys(settings.models)
  return [...names, ...names.flatMap(n => methodIds.map(m => `${m}/${n}`))]
}
