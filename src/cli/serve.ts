// `espalier serve`: searches behind OpenAI's protocol, until a signal ends it.
import { randomBytes } from 'node:crypto'
import { basename } from 'node:path'
import { Failure } from '../kernel/index.ts'
import { type Config, modelSpec, parseBudget, readConfig } from '../run/index.ts'
import { type ApiKey, hashKey, type ServeSettings, type Serving, serve, serveMcp, studioFolder } from '../serve/index.ts'
import { storeFolder } from '../store/index.ts'
import { baseUrlOf } from './base-url.ts'
import { type Action, type Call, one, type Streams } from './definition.ts'
import { onInterrupt } from './interrupt.ts'
import { jsonLine } from './report.ts'
import { version } from './version.ts'
import { whole } from './whole.ts'

export const serveCommand: Action = async (call, s) => {
  const config = (await readConfig(process.cwd())) ?? {}
  const settings = { ...serveSettings(call, s, config), ...(call.flags.has('no-studio') ? {} : { studio: studioFolder }) }
  const grace = (whole(call, 'grace', 0) ?? 10) * 1000
  const serving = await serve(settings)
  const { models, keys = [], store } = settings
  if (call.flags.has('json')) s.out.write(jsonLine({ url: serving.url, models: Object.keys(models), keys: keys.length, store }))
  else {
    const names = Object.keys(models)
    s.err.write(
      `espalier serves ${names.join(', ')} on ${serving.url}/v1 (${keys.length === 0 ? 'this machine alone, no key' : `${keys.length} keys`})\n`,
    )
    s.err.write(`as in: model "${names[0]}", "auto/${names[0]}", "best-of-n/${names[0]}"; Ctrl-C ends it\n`)
  }
  return untilInterrupted(serving, grace, s)
}

/** Serves until a signal ends it; a second one does so at once. @returns the exit code */
export async function untilInterrupted(serving: Serving, grace: number, s: Streams): Promise<number> {
  let off = (): void => {}
  await new Promise<void>((resolve, reject) => {
    off = onInterrupt(times => {
      if (times === 1) {
        if (serving.inFlight > 0)
          s.err.write(
            `espalier: ${serving.inFlight} ${serving.inFlight === 1 ? 'request' : 'requests'} under way may end; Ctrl-C again parks what has not\n`,
          )
        serving.close(grace).then(resolve, reject)
      } else serving.close(0).then(resolve, reject)
    })
  })
  off()
  return 0
}

/** What the command line and the configuration say together; the command line goes first. @throws Failure (usage) */
export function serveSettings(call: Call, s: Streams, config: Config): ServeSettings {
  const models = modelsOf(call.values.get('model') ?? [], config)
  const baseUrl = baseUrlOf(call)
  const judge = one(call, 'judge')
  const port = whole(call, 'port', 0)
  if (port !== undefined && port > 65_535) throw new Failure('usage', `--port: expected at most 65535, found ${port}`, 'as in --port 8080')
  const host = one(call, 'host')
  const budget = call.values.get('budget') ?? (config.serve?.budget === undefined ? undefined : [config.serve.budget])
  const most = call.values.get('most') ?? (config.serve?.most === undefined ? undefined : [config.serve.most])
  const folder = one(call, 'store')
  const some = <K extends string>(key: K, option: string, least: number): { [P in K]?: number } => {
    const x = whole(call, option, least)
    return (x === undefined ? {} : { [key]: x }) as { [P in K]?: number }
  }
  return {
    version: version(),
    models,
    store: folder === 'none' ? null : storeFolder(folder),
    keys: (config.serve?.keys ?? []).map((k): ApiKey => {
      const key = k.keyFrom === undefined ? undefined : s.env[k.keyFrom]
      if (k.keyFrom !== undefined && !key)
        throw new Failure('usage', `the key of '${k.name}' should be in ${k.keyFrom}, which is not set`, `export ${k.keyFrom}=...`)
      return {
        name: k.name,
        hash: k.hash ?? hashKey(key!),
        ...(k.budget === undefined ? {} : { budget: parseBudget([k.budget], 'serve.keys budget') }),
        ...(k.rate === undefined ? {} : { rate: k.rate }),
      }
    }),
    ...(config.serve?.origins === undefined ? {} : { origins: config.serve.origins }),
    ...(config.verifiers === undefined ? {} : { verifiers: config.verifiers }),
    ...(judge === undefined ? {} : { judge: Object.hasOwn(config.models ?? {}, judge) ? modelSpec(config.models![judge]) : judge }),
    ...(baseUrl === undefined ? {} : { baseUrl }),
    ...(host === undefined ? {} : { host }),
    ...(port === undefined ? {} : { port }),
    ...(budget === undefined ? {} : { budget: parseBudget(budget) }),
    ...(most === undefined ? {} : { most: parseBudget(most, '--most') }),
    ...some('concurrency', 'concurrency', 1),
    ...some('inFlight', 'in-flight', 1),
    ...some('seconds', 'timeout', 1),
  }
}

/** Models by the names that clients use. */
function modelsOf(given: readonly string[], { models = {} }: Config): Record<string, string> {
  const out: Record<string, string> = {}
  const add = (name: string, spec: string): void => {
    if (Object.hasOwn(out, name) && out[name] !== spec)
      throw new Failure('usage', `two models would be called '${name}'`, `give one a name of its own: --model other=${spec}`)
    out[name] = spec
  }
  if (given.length === 0) for (const [name, m] of Object.entries(models)) add(name, modelSpec(m))
  for (const text of given) {
    const own = /^([\w.-]+)=(.+)$/.exec(text)
    const spec = own?.[2] ?? text
    if (Object.hasOwn(models, spec)) add(own?.[1] ?? spec, modelSpec(models[spec]))
    else add(own?.[1] ?? usualName(spec), spec)
  }
  return Object.keys(out).length === 0 ? { seedling: 'seedling' } : out
}
/** What clients call a model: as its own server does, a file without its folder and ending, else its kind. */
const usualName = (spec: string): string => {
  const [, kind, rest] = /^([A-Za-z]\w*):(.*)$/s.exec(spec) ?? [undefined, spec, '']
  if (kind === 'openai') return rest.replace(/\?.*$/s, '')
  if (kind === 'gguf') return basename(rest.replace(/[?#].*$/s, ''), '.gguf')
  return kind
}

export const mcpCommand: Action = async (call, s) => {
  const config = (await readConfig(process.cwd())) ?? {}
  // Whoever started it is its one client: keys are for those who come from elsewhere.
  const { serve: asked = {}, ...rest } = config
  const { keys: _, ...limits } = asked
  const going = await serveMcp(serveSettings(call, s, { ...rest, serve: limits }), version())
  const off = onInterrupt(() => void going.close())
  await going.ended
  off()
  return 0
}

export const keyCommand: Action = async (call, s) => {
  const name = call.args[0] ?? 'client'
  const key = `esp-${randomBytes(32).toString('base64url')}`
  const hash = hashKey(key)
  if (call.flags.has('json')) s.out.write(jsonLine({ name, key, hash }))
  else
    s.out.write(
      `key   ${key}\nhash  ${hash}\n\nThe key is for the client, and is shown this once. In espalier.config:\nserve: { keys: [{ name: ${JSON.stringify(name)}, hash: "${hash}" }] }\n`,
    )
  return 0
}
