// `espalier.config.ts` (or .mjs, .js, .json) in the working folder: names for models and verifiers, and the usual store.
import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Failure, nearest } from '../kernel/index.ts'
import { parseBudget } from './budget-text.ts'

/** A model under a name of one's own. */
export interface NamedModel {
  /** As after `--model`: `openai:qwen3-8b`. */
  model: string
  /** Where its API is. */
  baseUrl?: string
  /** Name of the variable that holds the key; never the key. */
  keyFrom?: string
  /** US dollars per million tokens, and per request. */
  price?: { input: number; output: number; cached?: number; request?: number }
}
/** What the file holds: its default export, or all of the JSON. */
export interface Config {
  models?: Readonly<Record<string, string | NamedModel>>
  /** Commands by name, for `--verify NAME`. */
  verifiers?: Readonly<Record<string, string>>
  /** Where `--store` and ESPALIER_STORE say nothing. */
  store?: string
  /** Who may use `espalier serve`, and how much. */
  serve?: ServeConfig
}
/** Limits are texts, as after `--budget`. */
export interface ServeConfig {
  /** Clients' keys. None: any program of this machine may ask, and no other. */
  keys?: readonly ServeKey[]
  /** Pages of other origins that may ask: `https://chat.example`. */
  origins?: readonly string[]
  /** Of a search that names none. */
  budget?: string
  /** No request may have more. */
  most?: string
}
/** A client's key: its hash (`espalier serve key` makes both), or the variable that holds it; never the key. */
export interface ServeKey {
  name: string
  hash?: string
  keyFrom?: string
  /** What all requests with it may spend together, while the server runs. */
  budget?: string
  /** Requests a minute. */
  rate?: number
}

export const configFiles = ['espalier.config.ts', 'espalier.config.mjs', 'espalier.config.js', 'espalier.config.json'] as const

/** The configuration of a folder; null: it has none. @throws Failure (usage) */
export async function readConfig(folder: string): Promise<Config | null> {
  const file = configFiles.find(f => existsSync(resolve(folder, f)))
  if (file === undefined) return null
  const path = resolve(folder, file)
  let found: unknown
  try {
    found = file.endsWith('.json')
      ? JSON.parse(readFileSync(path, 'utf8'))
      : ((await import(pathToFileURL(path).href)) as { default?: unknown }).default
  } catch (e) {
    throw new Failure('usage', `${file} could not be read: ${(e as Error).message.split('\n')[0]}`, 'mend it, or take it away', {
      cause: e,
    })
  }
  return checked(found, file)
}

const modelKeys = ['model', 'baseUrl', 'keyFrom', 'price']
const priceKeys = ['input', 'output', 'cached', 'request']
const hint = 'it has models, verifiers, store and serve: docs/cli.md'
const record = (x: unknown): x is Record<string, unknown> => typeof x === 'object' && x !== null && !Array.isArray(x)

function checked(x: unknown, file: string): Config {
  const wrong = (what: string, why = hint): Failure => new Failure('usage', `${file}: ${what}`, why)
  const kind = (v: unknown): string => (Array.isArray(v) ? 'a list' : v === null ? 'null' : v === undefined ? 'nothing' : `a ${typeof v}`)
  const secret = (at: string): Failure =>
    wrong(`${at} is a key, and keys do not belong in it`, 'put the key into a variable, and its name here: keyFrom: "MY_KEY"')
  const only = (at: string, v: Record<string, unknown>, known: readonly string[]): void => {
    for (const k of Object.keys(v)) {
      if (known.includes(k)) continue
      if (/^(api[-_]?)?key$|secret|token$|password|authorization/i.test(k)) throw secret(`${at}${k}`)
      const near = nearest(k, known)
      throw wrong(`it has nothing called '${at}${k}'`, near === undefined ? `known: ${known.join(', ')}` : `did you mean ${near}?`)
    }
  }
  if (!record(x)) throw wrong(`expected an object as its ${file.endsWith('.json') ? 'content' : 'default export'}, found ${kind(x)}`)
  only('', x, ['models', 'verifiers', 'store', 'serve'])
  const { models = {}, verifiers = {}, store, serve } = x
  if (store !== undefined && (typeof store !== 'string' || store === '')) throw wrong(`expected a folder as store, found ${kind(store)}`)
  if (!record(models)) throw wrong(`expected models by name, found ${kind(models)}`)
  if (!record(verifiers)) throw wrong(`expected verifiers by name, found ${kind(verifiers)}`)
  for (const [name, v] of Object.entries(verifiers))
    if (typeof v !== 'string' || v.trim() === '') throw wrong(`expected a command as verifiers.${name}, found ${kind(v)}`)
  for (const [name, m] of Object.entries(models)) {
    const at = `models.${name}`
    if (typeof m === 'string') {
      if (m.trim() === '') throw wrong(`expected a model as ${at}, found an empty text`)
      continue
    }
    if (!record(m))
      throw wrong(`expected a model as ${at}, found ${kind(m)}`, 'as in "openai:qwen3-8b", or { model: "openai:qwen3-8b", baseUrl: ... }')
    only(`${at}.`, m, modelKeys)
    if (typeof m.model !== 'string' || m.model === '') throw wrong(`expected ${at}.model as after --model, found ${kind(m.model)}`)
    if ((m.baseUrl ?? m.keyFrom ?? m.price) !== undefined && !m.model.startsWith('openai:'))
      throw wrong(`${at}: baseUrl, keyFrom and price are for openai: models, found ${m.model}`)
    const url = m.baseUrl === undefined ? undefined : typeof m.baseUrl === 'string' ? URL.parse(m.baseUrl) : null
    if (url === null || (url !== undefined && (!/^https?:$/.test(url.protocol) || /[,\s]/.test(m.baseUrl as string))))
      throw wrong(`expected an http address as ${at}.baseUrl`, 'as in http://127.0.0.1:8000/v1')
    if (url !== undefined && (url.username !== '' || url.password !== '')) throw secret(`the user in ${at}.baseUrl`)
    // What is no variable's name may well be the key itself: it is not shown.
    if (m.keyFrom !== undefined && !(typeof m.keyFrom === 'string' && /^[A-Za-z_]\w*$/.test(m.keyFrom))) throw secret(`${at}.keyFrom`)
    if (m.price === undefined) continue
    if (!record(m.price)) throw wrong(`expected ${at}.price as { input, output }, found ${kind(m.price)}`)
    only(`${at}.price.`, m.price, priceKeys)
    for (const k of priceKeys) {
      const p = m.price[k]
      if (p === undefined ? k === 'input' || k === 'output' : !(typeof p === 'number' && p >= 0 && Number.isFinite(p)))
        throw wrong(`expected ${at}.price.${k} in US dollars, 0 or more, found ${typeof p === 'number' ? p : kind(p)}`)
    }
  }
  if (serve !== undefined) checkServe(serve)
  return x as Config

  function checkServe(given: unknown): void {
    if (!record(given)) throw wrong(`expected serve as { keys, origins, budget, most }, found ${kind(given)}`)
    const budgetAt = (v: unknown, at: string): void => {
      if (v === undefined) return
      if (typeof v !== 'string') throw wrong(`expected ${at} as a text, found ${kind(v)}`, 'as in "usd=5,calls=1000"')
      parseBudget([v], `${file}: ${at}`)
    }
    // Keys are looked at before names that are not known: what is wrong with one may be the key itself.
    const keys = given.keys ?? []
    if (!Array.isArray(keys)) throw wrong(`expected serve.keys as a list, found ${kind(keys)}`, 'as in [{ name: "me", hash: "..." }]')
    only('serve.', given, ['keys', 'origins', 'budget', 'most'])
    const names = new Set<string>()
    for (const [i, k] of keys.entries()) {
      const at = `serve.keys[${i}]`
      if (!record(k)) throw typeof k === 'string' ? secret(at) : wrong(`expected ${at} as { name, hash }, found ${kind(k)}`)
      only(`${at}.`, k, ['name', 'hash', 'keyFrom', 'budget', 'rate'])
      if (typeof k.name !== 'string' || k.name === '') throw wrong(`expected a text as ${at}.name, found ${kind(k.name)}`)
      if (names.has(k.name)) throw wrong(`two keys are called '${k.name}'`)
      names.add(k.name)
      if ((k.hash === undefined) === (k.keyFrom === undefined))
        throw wrong(`${at} needs a hash, or the name of a variable as keyFrom`, 'espalier serve key makes a key and its hash')
      // What is no hash may well be the key itself: it is not shown.
      if (k.hash !== undefined && !(typeof k.hash === 'string' && /^[0-9a-f]{64}$/.test(k.hash)))
        throw wrong(`expected ${at}.hash as 64 hex digits (SHA-256)`, 'espalier serve key makes a key and its hash')
      if (k.keyFrom !== undefined && !(typeof k.keyFrom === 'string' && /^[A-Za-z_]\w*$/.test(k.keyFrom))) throw secret(`${at}.keyFrom`)
      budgetAt(k.budget, `${at}.budget`)
      if (k.rate !== undefined && !(typeof k.rate === 'number' && k.rate > 0 && Number.isFinite(k.rate)))
        throw wrong(`expected ${at}.rate as requests a minute, above 0, found ${typeof k.rate === 'number' ? k.rate : kind(k.rate)}`)
    }
    const origins = given.origins ?? []
    if (!Array.isArray(origins)) throw wrong(`expected serve.origins as a list, found ${kind(origins)}`)
    for (const o of origins)
      if (typeof o !== 'string' || URL.parse(o)?.origin !== o)
        throw wrong(`expected an origin among serve.origins, found ${typeof o === 'string' ? o : kind(o)}`, 'as in https://chat.example')
    budgetAt(given.budget, 'serve.budget')
    budgetAt(given.most, 'serve.most')
  }
}

/** A named model as one would write it after `--model`. */
export function modelSpec(m: string | NamedModel): string {
  if (typeof m === 'string') return m
  const options = [
    ...(m.baseUrl === undefined ? [] : [`base=${m.baseUrl}`]),
    ...(m.keyFrom === undefined ? [] : [`key=${m.keyFrom}`]),
    ...priceKeys.flatMap(k => {
      const p = m.price?.[k as keyof NonNullable<NamedModel['price']>]
      return p === undefined ? [] : [`${k}=${p}`]
    }),
  ]
  if (options.length === 0) return m.model
  return `${m.model}${m.model.includes('?') ? ',' : '?'}${options.join(',')}`
}
