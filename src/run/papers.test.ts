import { existsSync } from 'node:fs'
import { expect, test } from 'vitest'
import { loops, selections } from '../loop/index.ts'
import { methodIds, methods } from '../method/index.ts'
import { modelKinds } from '../model/index.ts'
import { worldIds } from '../world/index.ts'
import { claimIds, claimNamed, claimResults } from './claim-shelf.ts'
import { papers } from './papers.ts'

test('the catalogue has every method of a paper, and each file is there', () => {
  const all = papers()
  for (const m of methods.values())
    if (m.paper !== undefined)
      expect(
        all.filter(p => p.kind === 'method' && p.part === m.id),
        m.id,
      ).toHaveLength(1)
  for (const p of all) {
    expect([p.part, existsSync(new URL(`../../${p.file}`, import.meta.url))]).toEqual([p.part, true])
    expect(p.file.startsWith(`${p.room}/`)).toBe(true)
  }
})

test('every claim says what it is evidence for, and has a result that says the same', async () => {
  const known = new Set([
    ...papers().map(p => p.part),
    ...methodIds,
    ...worldIds,
    ...modelKinds.map(k => k.kind),
    ...loops.keys(),
    ...selections,
  ])
  const results = claimResults()
  for (const id of claimIds()) {
    const claim = await claimNamed(id)
    expect(
      claim.evidence.filter(x => !known.has(x)),
      id,
    ).toEqual([])
    const { paper, evidence, hypothesis, equal, quick } = results.get(id) ?? {}
    expect({ id, paper, evidence, hypothesis, equal, quick }).toEqual({
      id,
      paper: JSON.parse(JSON.stringify(claim.paper)),
      evidence: claim.evidence,
      hypothesis: claim.hypothesis,
      equal: claim.equal,
      quick: false,
    })
  }
  expect([...results.keys()].filter(id => !claimIds().includes(id))).toEqual([])
})
