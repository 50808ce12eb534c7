// `espalier worlds`: what there is to search in.
import { Failure, nearest } from '../kernel/index.ts'
import { type WorldEntry, worldIds, worlds } from '../world/index.ts'
import type { Action } from './definition.ts'
import { jsonLine, lookOf, print } from './report.ts'
import { cut, fill, type Line, marksFor, piece } from './text.ts'

export const worldsCommand: Action = async (call, s) => {
  const id = call.args[0]
  const json = call.flags.has('json')
  if (id !== undefined && !Object.hasOwn(worlds, id)) {
    const near = nearest(id, worldIds)
    throw new Failure(
      'usage',
      `no world is called '${id}'`,
      near === undefined ? `worlds: ${worldIds.join(', ')}` : `did you mean ${near}?`,
    )
  }
  if (json) s.out.write(jsonLine({ worlds: (id === undefined ? worldIds : [id]).map(x => worldJson(worlds[x])) }))
  else print(s, id === undefined ? list(lookOf(s)) : detail(worlds[id]))
  return 0
}

function list(look: { width: number; unicode: boolean }): Line[] {
  const m = marksFor(look.unicode)
  const wide = Math.max(...worldIds.map(x => x.length))
  return [
    ...worldIds.map(
      (id): Line => [piece(`${fill(id, wide)}  `, 'bold'), piece(cut(worlds[id].describe, Math.max(20, look.width - wide - 2), m.more))],
    ),
    [piece('how its tasks are written: espalier worlds ID', 'dim')],
  ]
}

/** What a world knows beside its rules, in words. */
const knows = (e: WorldEntry): string[] => [
  e.exact === false ? 'no rule of its own says what is right: give it a judge or a verifier' : 'its own rules verify answers',
  ...(e.tasks === undefined ? [] : ['it makes tasks']),
  ...(e.grader === undefined ? [] : ['it grades']),
  ...(e.world.oracle === undefined ? [] : ['simulated models know it']),
  ...(e.world.player === undefined ? [] : ['a game of two players']),
]

function detail(e: WorldEntry): Line[] {
  const row = (name: string, text: string): Line => [piece(`  ${fill(name, 10)}`, 'dim'), piece(text)]
  return [
    [piece(e.world.id, 'bold'), piece(`  ${e.describe}`)],
    ...e.examples.map((x, i) => row(i === 0 ? 'tasks' : '', x)),
    row('grain', e.grains.join(', ')),
    row('dialects', ['text', ...Object.keys(e.world.dialects ?? {})].join(', ')),
    ...knows(e).map((x, i) => row(i === 0 ? 'knows' : '', x)),
  ]
}

const worldJson = (e: WorldEntry): object => ({
  id: e.world.id,
  describe: e.describe,
  examples: e.examples,
  grains: e.grains,
  dialects: ['text', ...Object.keys(e.world.dialects ?? {})],
  exact: e.exact !== false,
  tasks: e.tasks !== undefined,
  grader: e.grader !== undefined,
  oracle: e.world.oracle !== undefined,
  players: e.world.player === undefined ? 1 : 2,
})
