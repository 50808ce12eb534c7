// A command line that uses names of the configuration is written out by them before anything reads it, so runs hold what was meant and need the file no more.
import { modelSpec, readConfig } from '../run/index.ts'
import { type Call, one, type Streams } from './definition.ts'

/** The command line with the names of the configuration written out. @throws Failure (usage) on a file that is no configuration */
export async function withConfig(call: Call, s: Streams, folder: string = process.cwd()): Promise<Call> {
  const options = new Map(call.command.options.map(o => [o.name, o]))
  if (!options.has('store') && !options.has('model')) return call
  const config = await readConfig(folder)
  if (config === null) return call
  const values = new Map(call.values)
  const roles = new Map(call.roles)
  const { models = {}, verifiers = {}, store } = config
  // A server calls its models by these names, too.
  const keepsNames = call.command.name === 'serve' || call.command.name === 'mcp'
  const modelOf = (name: string): string => (!keepsNames && Object.hasOwn(models, name) ? modelSpec(models[name]) : name)
  for (const name of ['model', 'judge']) {
    const given = values.get(name)
    if (given !== undefined && options.get(name)?.choices === undefined) values.set(name, given.map(modelOf))
  }
  const byRole = roles.get('model')
  if (byRole !== undefined) roles.set('model', Object.fromEntries(Object.entries(byRole).map(([role, x]) => [role, modelOf(x)])))
  const check = one(call, 'verify')
  if (check !== undefined && Object.hasOwn(verifiers, check)) values.set('verify', [verifiers[check]])
  if (store !== undefined && options.has('store') && !values.has('store') && !s.env.ESPALIER_STORE) values.set('store', [store])
  return { ...call, values, roles }
}
