// Strict runs: a method that touches the clock, chance or a timer by itself gets an error that names what to use instead. A development aid; it costs
// an async context a run, so it is on where asked for and in the conformance suite.
import { AsyncLocalStorage } from 'node:async_hooks'
import { Divergence } from './errors.ts'

const method = new AsyncLocalStorage<boolean>()
let installed = false

const banned: readonly [object: object, name: string, use: string][] = [
  [Math, 'random', 's.random(...)'],
  [Date, 'now', 's.now()'],
  [performance, 'now', 's.now()'],
  [globalThis, 'setTimeout', 'an effect with a timeout'],
  [globalThis, 'setInterval', 's.workers(...)'],
  [globalThis, 'setImmediate', 's.workers(...)'],
  [globalThis, 'fetch', 's.call(effect, input)'],
  [crypto, 'randomUUID', 's.random(...)'],
  [crypto, 'getRandomValues', 's.random(...)'],
]

function install(): void {
  if (installed) return
  installed = true
  guardDate()
  for (const [object, name, use] of banned) {
    const own = object as Record<string, (...args: unknown[]) => unknown>
    const original = own[name]
    const guarded = function (this: unknown, ...args: unknown[]): unknown {
      if (method.getStore() === true) throw new Divergence(`${name}() inside a method: use ${use}`)
      return original.apply(this, args)
    }
    Object.setPrototypeOf(guarded, original)
    for (const key of Reflect.ownKeys(original))
      if (!(key in Function.prototype) || key === Symbol.for('nodejs.util.promisify.custom'))
        Object.defineProperty(guarded, key, Object.getOwnPropertyDescriptor(original, key)!)
    own[name] = guarded
  }
}

/** `new Date()` and `Date()` read the clock; with arguments they only reckon. */
function guardDate(): void {
  const refuse = (): never => {
    throw new Divergence('new Date() inside a method: use s.now()')
  }
  globalThis.Date = new Proxy(Date, {
    construct: (date, args, as) => (args.length === 0 && method.getStore() === true ? refuse() : Reflect.construct(date, args, as)),
    apply: (date, self, args) =>
      method.getStore() === true ? refuse() : Reflect.apply(date as unknown as (...a: unknown[]) => string, self, args),
  })
}

/** Runs a method's code; strict: under guard. */
export function inside<T>(strict: boolean, f: () => T): T {
  if (!strict) return f()
  install()
  return method.run(true, f)
}

/** Runs the code of an effect, which may touch anything. */
export function outside<T>(f: () => T): T {
  return installed ? method.run(false, f) : f()
}
