// Learning loops over HTTP. They train in processes of their own: the server never loads what trains.
import { spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { tellLoop } from '../../src/loop/kept.ts'
import { loopFolder, loopPlan, loopStateFile, quickPlan } from '../../src/loop/plan.ts'
import { argumentsOf } from '../../src/serve/api/loops.ts'
import type { LoopDetail, LoopRow } from '../../src/serve/api/wire.ts'
import { keptLoop } from '../studio/fixture/loop.ts'
import { closeAfter, type Setting, setting } from './setting.ts'

const get = async <T>(s: Setting, path: string): Promise<T> => (await fetch(`${s.serving.url}${path}`)).json() as Promise<T>
/** Data of the events of a stream, until `enough`. */
async function listen(
  s: Setting,
  path: string,
  enough: (seen: { event: string; data: any }[]) => boolean,
): Promise<{ event: string; data: any }[]> {
  const stop = new AbortController()
  const r = await fetch(`${s.serving.url}${path}`, { signal: stop.signal })
  const seen: { event: string; data: any }[] = []
  let text = ''
  try {
    for await (const part of r.body!.pipeThrough(new TextDecoderStream())) {
      text += part
      const whole = text.split('\n\n')
      text = whole.pop()!
      for (const e of whole) {
        const data = /^data: (.*)$/m.exec(e)?.[1]
        if (data !== undefined) seen.push({ event: /^event: (.*)$/m.exec(e)![1], data: JSON.parse(data) })
      }
      if (enough(seen)) break
    }
  } finally {
    stop.abort()
  }
  return seen
}

describe('loops', () => {
  test('those of the store, with their rounds and steps', async () => {
    const s = await setting()
    expect(await get(s, '/api/loops')).toEqual({ loops: [] })
    keptLoop(s.store, 'rest-mcts-both-1', { rounds: 2, of: 3, steps: 5 })
    const { loops } = await get<{ loops: LoopRow[] }>(s, '/api/loops')
    expect(loops).toMatchObject([{ name: 'rest-mcts-both-1', loop: 'rest-mcts', rounds: 2, of: 3, active: false }])
    const detail = await get<LoopDetail>(s, '/api/loops/rest-mcts-both-1')
    expect(detail.measured.map(m => m.round)).toEqual([0, 1, 2])
    expect(detail.points).toHaveLength(2 * 2 * 5)
    expect(detail.points[0]).toMatchObject({ round: 1, part: 'policy', step: 1 })
    const events = await listen(s, '/api/loops/rest-mcts-both-1/events', seen => seen.some(e => e.event === 'loop'))
    expect(events.filter(e => e.event === 'point').map(e => e.data)).toEqual(detail.points)
    expect(events.at(-1)!.data).toEqual(detail)
  })

  test('a name that is no folder of the loops is nothing', async () => {
    const s = await setting()
    for (const name of ['none', '..', '%2e%2e', '..%2f..', 'a%2fb', '.hidden']) {
      const r = await fetch(`${s.serving.url}/api/loops/${name}`)
      expect([name, r.status]).toEqual([name, 404])
    }
    expect((await s.post('/api/loops', { loop: '--help' })).status).toBe(400)
    expect((await s.post('/api/loops', { loop: 'rest-mcts', name: '../x' })).status).toBe(400)
    expect((await s.post('/api/loops', { loop: 'seedling' })).status).toBe(400)
  })

  test("what the command would refuse is refused with the command's own words", async () => {
    const s = await setting()
    const r = await s.post('/api/loops', { loop: 'rest-mtcs' })
    expect(r.status).toBe(400)
    expect(((await r.json()) as any).error.message).toMatch(/no loop is called 'rest-mtcs'/)
  })

  test('one begins, tells what it does, is paused at once, and goes on where it was', { timeout: 120_000 }, async () => {
    const s = await setting()
    const r = await s.post('/api/loops', { loop: 'rest-em', quick: true, rounds: 1, budget: 'calls=200', name: 'small' })
    expect(r.status).toBe(201)
    expect(await r.json()).toMatchObject({ name: 'small', loop: 'rest-em', rounds: 0, of: 1, active: true })
    expect((await s.post('/api/loops', { loop: 'rest-em', quick: true, name: 'small' })).status).toBe(409)
    const seen = await listen(s, '/api/loops/small/events', e => e.some(x => x.event === 'progress'))
    expect(seen.some(e => e.event === 'progress' && /^round 0/.test(e.data.text))).toBe(true)
    const paused = await s.post('/api/loops/small/acts', { do: 'pause' })
    expect(paused.status).toBe(200)
    await listen(s, '/api/loops/small/events', e => e.some(x => x.event === 'loop' && !x.data.active))
    const plan = (await get<LoopDetail>(s, '/api/loops/small')).plan
    const resumed = await s.post('/api/loops/small/acts', { do: 'resume' })
    expect([resumed.status, await resumed.json()]).toMatchObject([200, { active: true, of: 1 }])
    expect((await get<LoopDetail>(s, '/api/loops/small')).plan).toEqual(plan)
    // Closing the server lands it: nothing trains unseen.
    await s.serving.close(0)
  })

  test('one that another process trains is paused and stopped from here, and goes on in the way of the server', {
    timeout: 900_000,
  }, async () => {
    const s = await setting()
    const row = () => get<LoopDetail>(s, '/api/loops/theirs')
    const act = (body: object) => s.post('/api/loops/theirs/acts', body)
    const command = fileURLToPath(new URL('../../bin/espalier.mjs', import.meta.url))
    const args = ['train', 'rest-em', '--quick', '--rounds', '50', '--budget', 'calls=200', '--n', '4', '--out', 'theirs', '--plain']
    // Word that was left for a process before this one is no word for it.
    mkdirSync(loopFolder(s.store, 'theirs'), { recursive: true })
    tellLoop(s.store, 'theirs', { do: 'stop' })
    await pause(5)
    const child = spawn(process.execPath, [command, ...args, '--store', s.store], { stdio: ['ignore', 'ignore', 'pipe'] })
    closeAfter(() => child.kill('SIGKILL'))
    let said = ''
    child.stderr.on('data', d => (said += d))
    const ended = new Promise<number | null>(resolve => child.once('exit', resolve))
    // A process of its own takes its time to begin where others are at work.
    const patiently = <T>(look: () => T) => expect.poll(look, { timeout: 300_000 })
    await patiently(() => said).toContain('round 0: measuring')
    expect((await act({ do: 'resume' })).status).toBe(409)
    const r = await act({ do: 'pause' })
    expect([r.status, await r.json()]).toMatchObject([200, { active: true }])
    expect(await ended).toBe(130)
    expect(said).toContain('told to pause')
    const before = await row()
    expect(before).toMatchObject({ active: false, of: 50 })
    expect((await act({ do: 'pause' })).status).toBe(409)
    expect((await act({ do: 'stop' })).status).toBe(409)

    expect(await (await act({ do: 'resume' })).json()).toMatchObject({ active: true, of: 50 })
    expect((await row()).plan).toEqual(before.plan)
    expect((await act({ do: 'stop' })).status).toBe(200)
    await patiently(async () => (await row()).active).toBe(false)
    const stopped = await row()
    expect(stopped).toMatchObject({ of: stopped.rounds })
    const more = await act({ do: 'resume' })
    expect([more.status, ((await more.json()) as any).error.message]).toMatchObject([409, /is over/])
    expect(await (await act({ do: 'resume', rounds: stopped.rounds + 1 })).json()).toMatchObject({ active: true, of: stopped.rounds + 1 })
    await s.serving.close(0)
  })

  test('the arguments of a plan begin it again', () => {
    const quick = { ...loopPlan, ...quickPlan, loop: 'rest-em', seed: 7, select: 'mopps' as const }
    expect(argumentsOf(quick, 2).join(' ')).toBe(
      'rest-em --quick --rounds 2 --seed 7 --parts both --world game24 --model seedling --budget calls=1500 --n 60 --split dev --select mopps',
    )
    expect(argumentsOf({ ...quick, curriculum: 'weights' }, 2).slice(-2)).toEqual(['--curriculum', 'weights'])
    expect(argumentsOf({ ...loopPlan, loop: 'hpt' }, undefined)).not.toContain('--quick')
  })

  test('a server with its whole API loads nothing that trains', async () => {
    const s = await setting()
    mkdirSync(loopFolder(s.store, 'a'), { recursive: true })
    writeFileSync(loopStateFile(s.store, 'a'), JSON.stringify({ plan: { ...loopPlan, loop: 'hpt' }, rounds: [], at: 0, beliefs: {} }))
    const code = `
      import { registerHooks } from 'node:module'
      registerHooks({ resolve(name, context, next) { if (name.startsWith('@jax-js')) throw new Error('loaded ' + name); return next(name, context) } })
      const { application } = await import(${JSON.stringify(new URL('../../src/serve/index.ts', import.meta.url).href)})
      const app = application({ models: { seedling: 'seedling' }, store: ${JSON.stringify(s.store)} })
      const asked = ['/api/catalogue', '/api/loops', '/api/loops/a', '/api/comparisons', '/openapi.json']
      const status = []
      for (const path of asked) status.push((await app.fetch(new Request('http://127.0.0.1' + path))).status)
      console.log(status.join())
      process.exit(0)`
    const child = spawn(process.execPath, ['--input-type=module', '-e', code], { cwd: fileURLToPath(new URL('../../', import.meta.url)) })
    let out = ''
    child.stdout.on('data', d => (out += d))
    child.stderr.on('data', d => (out += d))
    await new Promise(done => child.once('close', done))
    expect(out.trim()).toBe('200,200,200,200,200')
  })
})
