// Runs as training data: trees selected, labelled, put into words and into a format, with a card that says what is in it.
import type { Usage } from '../contract/index.ts'
import { Failure } from '../kernel/index.ts'
import {
  checkRow,
  critiquesOf,
  type DataCard,
  type DataRow,
  type Example,
  type Format,
  figuresOf,
  groupOf,
  type ImitationOptions,
  imitationsOf,
  kindOf,
  type LabelKind,
  labelKinds,
  type PairOptions,
  type Preferred,
  pairsOf,
  preferredPairs,
  prefixTree,
  rankingsOf,
  rightByReward,
  rowOf,
  stepwiseOf,
  Teller,
  unpairedOf,
  withPreferred,
} from '../learn/data/index.ts'
import { openStore } from '../store/index.ts'
import { preferencesOf } from './preferences.ts'
import { runsNamed } from './runs-named.ts'
import { type KeptTree, treeOf } from './tree-of.ts'

export interface ExportOptions {
  /** Folder of the runs. */
  store: string
  format: Format | 'tree'
  /** In which dialect of the world all is told. Default `text`. */
  dialect?: string
  /** Reward from which an answer is right. Default 1. */
  right?: number
  /** What states are labelled by, for siblings, steps and rankings. Default soft. */
  labels?: LabelKind
  /** What people preferred comes first, and nothing of what they contradict. */
  pairs?: Omit<PairOptions, 'labels' | 'right' | 'source'>
  /** Of pairs: what people preferred, and nothing else. */
  peopleAlone?: boolean
  imitate?: Omit<ImitationOptions, 'right' | 'source'>
  chat?: boolean
  more?: boolean
}
export interface Exported {
  readonly card: DataCard
  /** Of every format but `tree`. */
  readonly rows: readonly DataRow[]
  /** Of `tree`: a file's lines for each run. */
  readonly trees: readonly { readonly run: string; lines(): Iterable<string> }[]
}

/**
 * @param ids of runs; a comparison, or the name of a loop, stands for all of its runs
 * @throws Failure (usage) where a run is none or the runs give no row
 */
export async function exportRuns(ids: readonly string[], o: ExportOptions): Promise<Exported> {
  const store = openStore(o.store)
  try {
    const examples: Example[] = []
    const rows: DataRow[] = []
    const trees: { run: string; lines(): Iterable<string> }[] = []
    const kept: KeptTree['meta'][] = []
    for (const { id } of runsNamed(store, ids)) {
      const found = await treeOf(store, id)
      kept.push(found.meta)
      const teller = new Teller(found.tree, found.entry.world, { dialect: o.dialect ?? 'text', drawnIn: found.drawnIn })
      if (o.format === 'tree') {
        const { meta } = found
        trees.push({ run: id, lines: () => prefixTree(teller, { run: id, task: found.task, method: meta.method.id, spent: meta.spent }) })
        continue
      }
      for (const x of examplesOf(teller, o, { run: id, task: found.task }, preferencesOf(store, id))) {
        examples.push(x)
        const row = rowOf(x, o.format, { chat: o.chat ?? false, more: o.more ?? false })
        checkRow(row, o.format, `run ${id}`)
        rows.push(row)
      }
    }
    if (o.format !== 'tree' && rows.length === 0)
      throw new Failure('usage', `${kept.length === 1 ? 'the run gives' : `the ${kept.length} runs give`} no ${o.format} row`, whyNone(o))
    const { store: _s, format, ...filters } = o
    const names = (f: (m: KeptTree['meta']) => string): string[] => [...new Set(kept.map(f))].sort()
    return {
      rows,
      trees,
      card: {
        format,
        runs: kept.map(m => m.id),
        worlds: names(m => m.world),
        methods: names(m => m.method.id),
        models: names(m => m.models.policy ?? 'none'),
        spend: sum(kept.map(m => m.spent)),
        filters,
        ...(format === 'tree' ? { rows: trees.length, length: { mean: 0, longest: 0 }, figures: {} } : figuresOf(examples)),
      },
    }
  } finally {
    store.close()
  }
}

function examplesOf(teller: Teller, o: ExportOptions, source: { run: string; task: string }, preferences: readonly Preferred[]): Example[] {
  const right = rightByReward(teller.tree, o.right ?? 1)
  const labels = labelKinds[o.labels ?? 'soft'](teller.tree, right)
  const common = { right, source }
  switch (kindOf[o.format as Format]) {
    case 'sft':
      return imitationsOf(teller, { ...o.imitate, ...common })
    case 'preference': {
      const persons = preferredPairs(teller, preferences, source)
      return o.peopleAlone ? persons : withPreferred(pairsOf(teller, { ...o.pairs, labels, ...common }), persons)
    }
    case 'unpaired':
      return unpairedOf(teller, common)
    case 'stepwise':
      return stepwiseOf(teller, { labels, ...common })
    case 'group':
      return groupOf(teller, common)
    case 'ranking':
      return rankingsOf(teller, { labels, ...common })
    case 'critique':
      return critiquesOf(teller, common)
  }
}
const whyNone = (o: ExportOptions): string =>
  o.format === 'preference'
    ? 'a pair needs a better and a worse one: look at --pairs, --labels and --margin, or take more runs'
    : o.format === 'critique'
      ? 'no judge gave its reasons in words for a state below which an answer was checked: critiques are made of those'
      : 'nothing in them is known to be right: a run without a verifier, or without an answer, teaches nothing here'

const sum = (spent: readonly Partial<Usage>[]): Partial<Usage> => {
  const out: Record<string, number | null> = {}
  for (const u of spent) for (const [k, x] of Object.entries(u)) out[k] = x === null || out[k] === null ? null : (out[k] ?? 0) + x
  return out as Partial<Usage>
}
