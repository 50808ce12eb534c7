import { describe, expect, test } from 'vitest'
import type { Event } from '../runtime/index.ts'
import { growth, look, observe, type Progress, rate, startProgress } from './progress.ts'
import { paint, width } from './text.ts'
import { bestLine, heartbeat, view } from './view.ts'

const spent = { requests: 0, cachedTokens: 0, reasoningTokens: 0, workingSeconds: 0, toolCalls: 0 }
let seq = 0
const event = <K extends Event['kind']>(kind: K, data: Extract<Event, { kind: K }>['data']): Event =>
  ({ run: 'r-1', seq: seq++, kind, data }) as Event
const text = (p: Progress, columns: number, unicode = true): string =>
  view(p, { width: columns, unicode })
    .map(l => paint(l, false).trimEnd())
    .join('\n')

/** A run that has gone on for four seconds. */
function going(): Progress {
  const p = startProgress({ run: 'r-mwou18mt7b', world: 'game24', task: '4 9 10 13', now: 100 })
  observe(
    p,
    event('run.start', {
      world: 'game24',
      method: 'uct',
      knobs: {},
      models: { policy: 'simulated:error=0.1' },
      limits: { calls: 200, usd: 0.5, seconds: 20 },
      seed: 7,
      concurrency: 8,
      task: null,
      resumed: false,
    }),
  )
  for (let i = 0; i < 40; i++) {
    observe(p, event('tree.edge', { edge: i + 1, parent: 0, action: '', aside: false }))
    observe(p, event('tree.node', { node: i + 1, parent: 0, depth: 1 + (i % 3), state: '', end: false }))
    observe(
      p,
      event('effect.end', {
        k: i,
        kind: 'sample',
        what: 'simulated',
        status: 'ok',
        usage: {},
        cached: false,
        inFlight: 5,
        spent: {
          ...spent,
          calls: 3 * (i + 1),
          inputTokens: 300 * (i + 1),
          outputTokens: 20 * (i + 1),
          usd: 0.01 * (i + 1),
          seconds: (i + 1) / 10,
          steps: i,
          nodes: i,
        },
      }),
    )
    look(p, 100 + (i + 1) / 10)
  }
  return p
}

describe('the live view', () => {
  test('before anything happened', () => {
    expect(text(startProgress({ run: 'r-1', world: 'game24', task: '1 2 3 4', now: 0 }), 80)).toMatchInlineSnapshot(`
      "● game24 1 2 3 4  r-1
        best    nothing to answer with yet
        tree    1 node · depth 0
        spent   0 calls
        flow    0.0 calls/s · 0 of 0 in flight · 0.00 s"
    `)
  })

  test('a run under way, in 80 columns', () => {
    const p = going()
    observe(p, event('answer', { text: '(10 - 4) * (13 - 9)', value: null, score: 1, verified: true, nodes: [3] }))
    expect(text(p, 80)).toMatchInlineSnapshot(`
      "● game24 4 9 10 13  uct · simulated:error=0.1 · r-mwou18mt7b
        best    (10 - 4) * (13 - 9)  score 1 · ✔ verified
        tree    41 nodes · depth 3   ████████████████████████
        calls   ██████████████░░░░░░░░░░  120 / 200   12,000 tokens in, 800 out
        usd     ███████████████████░░░░░  $0.400 / $0.500
        time    ████░░░░░░░░░░░░░░░░░░░░  4.0 s / 20.0 s
        flow    30.0 calls/s · 5 of 8 in flight · 4.0 s"
    `)
  })

  test('in ASCII, narrow', () => {
    expect(text(going(), 44, false)).toMatchInlineSnapshot(`
      "* game24 4 9 10 13  uct - simulated:error=0~
        best    nothing to answer with yet
        tree    41 nodes - depth 3   #############
        calls   ######....  120 / 200   12,000 to~
        usd     ########..  $0.400 / $0.500
        time    ##........  4.0 s / 20.0 s
        flow    30.0 calls/s - 5 of 8 in flight -"
    `)
  })

  test('rate limits, retries, a full disk, an interrupt', () => {
    const p = going()
    observe(p, event('answer', { text: '4 + 9', value: null, score: 0, verified: false, nodes: [3] }))
    observe(p, event('model.limited', { model: 'x', seconds: 6.5, slots: 2 }))
    observe(p, event('model.retry', { model: 'x', attempt: 1, message: '' }))
    observe(p, event('store.waiting', { message: 'no space left to write r-1.db' }))
    observe(p, event('run.landing', { why: 'cancelled' }))
    expect(text(p, 100)).toMatchInlineSnapshot(`
      "● game24 4 9 10 13  uct · simulated:error=0.1 · r-mwou18mt7b
        best    4 + 9  score 0 · ✘ not a solution
        tree    41 nodes · depth 3   ████████████████████████
        calls   ██████████████░░░░░░░░░░  120 / 200   12,000 tokens in, 800 out
        usd     ███████████████████░░░░░  $0.400 / $0.500
        time    ████░░░░░░░░░░░░░░░░░░░░  4.0 s / 20.0 s
        flow    30.0 calls/s · 5 of 8 in flight · rate limit: 2.5 s to wait, 2 at once · 1 retry · 4.0 s
        store   no space left to write r-1.db; trying again
                stopping: 5 calls under way may end; Ctrl-C again cancels"
    `)
  })

  test('no line is wider than the terminal', () => {
    const p = going()
    observe(p, event('answer', { text: '数'.repeat(200), value: null, score: 0.5, verified: null, nodes: [3] }))
    for (const columns of [1, 5, 20, 39, 80, 200])
      for (const unicode of [true, false])
        for (const l of view(p, { width: columns, unicode })) expect(l.reduce((n, x) => n + width(x.text), 0)).toBeLessThanOrEqual(columns)
  })

  test('what an answer holds cannot move the cursor', () => {
    const p = going()
    observe(p, event('answer', { text: 'a\x1b[2J\nb', value: null, score: 0.5, verified: null, nodes: [3] }))
    expect(text(p, 80)).not.toContain('\x1b')
    expect(text(p, 80).split('\n')).toHaveLength(7)
  })

  test('the last word is the final count', () => {
    const p = going()
    observe(p, event('run.end', { ended: 'done', solved: true, spent: { ...(p.spent as any), calls: 130 }, nodes: 55, depth: 4 }))
    expect([p.phase, p.spent.calls, p.nodes, p.depth, p.inFlight]).toEqual(['ended', 130, 55, 4, 0])
  })
})

test('rate and growth', () => {
  const p = going()
  expect(rate(p)).toBeCloseTo(30, 0)
  const g = growth(p, 8)
  expect(g.reduce((a, b) => a + b, 0)).toBeCloseTo(40, 6)
  expect(Math.max(...g)).toBeLessThan(8)
})

test('a long run keeps few looks', () => {
  const p = going()
  for (let t = 0; t < 5000; t++) look(p, 200 + t)
  expect(p.looks.length).toBeLessThanOrEqual(512)
})

test('plain lines', () => {
  const p = going()
  expect(heartbeat(p)).toBe('... 120 of 200 calls, 41 nodes, depth 3, 5 in flight, 4.0 s')
  observe(p, event('answer', { text: '(10 - 4) *\n(13 - 9)', value: null, score: 1, verified: true, nodes: [3] }))
  expect(bestLine(p)).toBe('best (10 - 4) * (13 - 9)       score 1, verified, after 120 calls')
})
