// Runs and their trees as resources of the Model Context Protocol.
import { type McpServer, ResourceTemplate } from '@modelcontextprotocol/sdk/server/mcp.js'
import { Failure } from '../kernel/index.ts'
import type { Plan } from '../run/index.ts'
import type { RunMeta } from '../store/index.ts'
import { worldIds, worlds } from '../world/index.ts'
import type { Desk } from './desk.ts'
import { treeJson } from './explain.ts'
import { isOf } from './former.ts'

/** A run that a client may see. @param by its key, where keys are asked for @throws Failure (usage) */
export function runOf(desk: Desk, by: string | undefined, id: string): RunMeta {
  const { store } = desk
  if (store === null) throw new Failure('usage', 'no runs are kept here', 'serve with --store DIR')
  const meta = store.get(id)
  if (!isOf(meta, by)) throw new Failure('usage', `there is no run "${id}" in this store`)
  return meta
}

/** Offers the runs that a client may see. */
export function offerRuns(server: McpServer, desk: Desk, by: string | undefined): void {
  const json = (uri: URL, value: unknown) => ({
    contents: [{ uri: uri.href, mimeType: 'application/json', text: JSON.stringify(value) }],
  })
  const mine = (): RunMeta[] => (desk.store?.list({ parts: false, limit: 1000 }) ?? []).filter(m => isOf(m, by)).slice(0, 100)
  server.registerResource(
    'worlds',
    'espalier://worlds',
    { title: 'Worlds', description: 'what can be solved, and how tasks are written', mimeType: 'application/json' },
    uri =>
      json(
        uri,
        worldIds.map(id => ({ world: id, about: worlds[id].describe, examples: worlds[id].examples })),
      ),
  )
  server.registerResource(
    'runs',
    'espalier://runs',
    { title: 'Runs', description: 'the last hundred runs, newest first', mimeType: 'application/json' },
    uri => json(uri, mine().map(shown)),
  )
  const part = (v: string | string[]): string => (Array.isArray(v) ? v[0] : v)
  server.registerResource(
    'run',
    new ResourceTemplate('espalier://runs/{run}', {
      list: () => ({
        resources: mine().map(m => ({
          uri: `espalier://runs/${m.id}`,
          name: `${m.world}, ${m.method.id}: ${m.status}`,
          mimeType: 'application/json',
        })),
      }),
    }),
    { title: 'Run', description: 'one run: how it was asked for, what it spent, its answer', mimeType: 'application/json' },
    (uri, v) => json(uri, shown(runOf(desk, by, part(v.run)))),
  )
  server.registerResource(
    'tree',
    new ResourceTemplate('espalier://runs/{run}/tree', { list: undefined }),
    {
      title: 'Tree',
      description: 'the tree of a run: its nodes with their values, in tree order, at most 5,000',
      mimeType: 'application/json',
    },
    async (uri, v) => json(uri, await treeJson(desk.store!, runOf(desk, by, part(v.run)))),
  )
}

/** A run as one may look at it. */
function shown(m: RunMeta): object {
  return {
    run: m.id,
    status: m.status,
    created: new Date(m.created * 1000).toISOString(),
    world: m.world,
    task: (m.options.plan as Plan | undefined)?.task ?? m.task,
    method: m.method.id,
    model: m.models.policy ?? null,
    budget: m.limits,
    spent: m.spent,
    answer: m.answer ?? null,
    solved: m.solved,
    verified_by: m.verifiedBy,
    score: m.score,
    nodes: m.nodes,
    origin: m.origin,
  }
}
