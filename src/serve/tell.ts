// Answers in parts, as each kind of request has them: progress on the way, then the answer.
import { brief, type Event } from '../runtime/index.ts'
import { type Reply, spokenReply } from '../world/index.ts'
import { answerChunks, chunk, completionChunk, type Envelope, extrasOf, finishOf, pieces, restOf, usageChunk, usageOf } from './bodies.ts'
import type { Ears } from './desk.ts'
import type { Asked } from './request.ts'
import { ResponseTeller } from './responses.ts'
import { asHeard, type Said } from './said.ts'
import type { Outlet } from './stream.ts'

export type Kind = 'chat' | 'completion' | 'responses'
/** Does what was asked. */
export type Work = (o: Ears) => Promise<Said>

/** Turns the events of a run into lines of progress: the best answer so far when it changes, and now and then what is tried and what was spent. */
export function narrator(tell: (line: string) => void): (e: Event) => void {
  let last = 0
  let tried = ''
  return e => {
    if (e.kind === 'run.start') tell(`${e.data.method} on ${e.data.world}`)
    else if (e.kind === 'answer') {
      const worth = Number.isFinite(e.data.score) ? ` (${Number(e.data.score.toPrecision(3))})` : ''
      tell(`best so far: ${brief(textOf(e.data.value) ?? e.data.text, 200)}${worth}${e.data.verified ? ', verified' : ''}`)
    } else if (e.kind === 'model.limited') tell('the model asks to slow down')
    else if (e.kind === 'tree.edge') tried = e.data.action
    else if (e.kind === 'effect.end' && performance.now() - last > 500) {
      last = performance.now()
      tell(
        `${e.data.spent.calls} ${e.data.spent.calls === 1 ? 'call' : 'calls'}, ${e.data.inFlight} in flight${tried === '' ? '' : `; tried: ${brief(tried.replace(/\s+/g, ' '), 80)}`}`,
      )
    }
  }
}
/** The words and calls of a reply, where the answer is one. */
const textOf = (answer: unknown): string | undefined => {
  const reply = answer as Partial<Reply> | null | undefined
  return typeof reply?.text === 'string' ? spokenReply(reply as Reply) || undefined : undefined
}

export const tell: Readonly<Record<Kind, (out: Outlet, e: Envelope, asked: Asked, work: Work, searching: boolean) => Promise<void>>> = {
  async chat(out, e, asked, work, searching) {
    const begin = { role: 'assistant', content: '', ...(searching ? { reasoning_content: 'searching\n' } : {}) }
    for (let index = 0; index < asked.n; index++) out.push(chunk(e, index === 0 ? begin : { role: 'assistant', content: '' }, { index }))
    const heard: string[] = []
    const s = await work({
      onEvent: narrator(line => out.offer(chunk(e, { reasoning_content: `${line}\n` }))),
      onRun: id => out.push(chunk(e, {}, { more: { espalier: { run: id } } })),
      heard({ index, text, reasoning }) {
        if (reasoning !== undefined) out.push(chunk(e, { reasoning_content: reasoning }, { index }))
        if (text === undefined) return
        heard[index] = (heard[index] ?? '') + text
        out.push(chunk(e, { content: text }, { index }))
      },
    })
    for (const part of answerChunks(e, asHeard(s, heard), asked.logprobs, heard)) if (!(await out.send(part))) return
    if (asked.usage) await out.send(usageChunk(e, s))
    await out.send('[DONE]')
  },
  async completion(out, e, asked, work) {
    const heard: string[] = []
    // A text has no place for progress: its head goes out with the first piece, which says nothing.
    out.push(completionChunk(e, ''))
    const s = await work({
      heard({ index, text }) {
        if (text === undefined) return
        heard[index] = (heard[index] ?? '') + text
        out.push(completionChunk(e, text, { index }))
      },
    })
    const { replies } = asHeard(s, heard)
    for (const [index, r] of (replies.length === 0 ? [undefined] : replies).entries()) {
      for (const text of pieces(restOf(r, heard[index]))) if (!(await out.send(completionChunk(e, text, { index })))) return
      await out.send(completionChunk(e, '', { index, finish: finishOf(r, s) }))
    }
    if (asked.usage) await out.send(completionChunk(e, '', { more: { choices: [], usage: usageOf(s.usage), espalier: extrasOf(s) } }))
    await out.send('[DONE]')
  },
  async responses(out, e, _asked, work, searching) {
    const teller = new ResponseTeller(out, e)
    teller.begin()
    if (searching) teller.think('searching\n')
    let said = ''
    const s = await work({
      onEvent: narrator(line => teller.think(`${line}\n`)),
      heard({ index, text, reasoning }) {
        if (index > 0) return
        if (reasoning !== undefined) teller.think(reasoning)
        if (text === undefined) return
        said += text
        teller.say(text)
      },
    })
    await teller.end(said === '' ? s : asHeard(s, [said]))
  },
}
