// The tree from the keyboard. The root is at the left: h and l go to parent and child, j and k among siblings.
import { type Key, useKeys } from '../shell/keys.tsx'
import { type Colouring, colourings } from './colouring.ts'
import type { Look } from './look.ts'
import type { RunModel } from './model.ts'
import type { Stage } from './stage.ts'

interface Held {
  stage(): Stage | undefined
  model: RunModel
  look: Look
  onLook(change: Partial<Look>): void
  selected: number
  onSelect(row: number): void
  on: boolean
}
export function useTreeKeys(o: Held): void {
  const { model, look, selected } = o
  const shownKids = (row: number): number[] => {
    const s = o.stage()
    if (s === undefined || row < 0 || row >= s.layout.size) return []
    const { first, kids, x } = s.layout
    return [...kids.subarray(first[row], first[row + 1])].filter(k => !Number.isNaN(x[k]) && k < s.rows)
  }
  const sibling = (step: number): boolean => {
    if (selected < 0) return start()
    const parent = model.columns.parent[selected]
    if (parent < 0) return true
    const all = shownKids(parent)
    const next = all[all.indexOf(selected) + step]
    if (next !== undefined) o.onSelect(next)
    return true
  }
  const start = (): boolean => {
    o.onSelect(look.root)
    return true
  }
  const shapes = ['tidy', 'radial', 'icicle'] as const
  const names = Object.keys(colourings) as Colouring[]
  const keys: Key[] = [
    {
      keys: ['ArrowLeft', 'h'],
      about: 'parent',
      do: () => (selected < 0 ? start() : selected !== look.root && o.onSelect(model.columns.parent[selected])),
    },
    {
      keys: ['ArrowRight', 'l'],
      about: 'child that was visited most',
      do: () => {
        if (selected < 0) return start()
        const { N } = model.columns
        const best = shownKids(selected).reduce((a, b) => (a < 0 || N[b] > N[a] ? b : a), -1)
        if (best >= 0) o.onSelect(best)
        return true
      },
    },
    { keys: ['ArrowDown', 'j'], about: 'next sibling', do: () => sibling(1) },
    { keys: ['ArrowUp', 'k'], about: 'sibling before', do: () => sibling(-1) },
    {
      keys: ['b'],
      about: 'end of the best path',
      do: () => {
        const end = model.best.get()?.rows.at(-1)
        if (end !== undefined) o.onSelect(end)
      },
    },
    { keys: ['z'], about: 'zoom to the subtree of the chosen node', do: () => selected >= 0 && o.onLook({ root: selected }) },
    {
      keys: ['Z', 'Backspace'],
      about: 'back out of the subtree',
      do: () => look.root !== 0 && o.onLook({ root: Math.max(0, model.columns.parent[look.root]) }),
    },
    { keys: ['f', '0'], about: 'all of it', do: () => o.stage()?.fit() },
    { keys: ['+', '='], about: 'nearer', do: () => near(1.6) },
    { keys: ['-'], about: 'farther', do: () => near(1 / 1.6) },
    ...shapes.map((shape, i) => ({ keys: [String(i + 1)], about: `${shape} layout`, do: () => o.onLook({ shape }) })),
    {
      keys: ['c'],
      about: 'next colouring',
      do: () => o.onLook({ colour: names[(names.indexOf(look.colour) + 1) % names.length] }),
    },
  ]
  const near = (factor: number): void => {
    const s = o.stage()
    const at = s?.place(selected)
    s?.zoom(factor, at?.x, at?.y)
  }
  useKeys('Tree', o.on ? keys : [])
}
