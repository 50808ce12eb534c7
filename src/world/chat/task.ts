// A conversation, and what would be a good next reply.
import type { Message } from '../../contract/index.ts'
import { Failure } from '../../kernel/failure.ts'

/** What was said so far. Tools and the form of the reply are settings of the model (`sampling`), not of the task. */
export interface ChatTask {
  readonly messages: readonly Message[]
}
export type ChatInput = string | ChatTask

const longest = 4_000_000
const roles = ['system', 'user', 'assistant', 'tool']
const shown = (x: unknown): string => (JSON.stringify(x) ?? String(x)).slice(0, 80)

/** A text is a conversation of one message. @throws Failure (usage), one line */
export function parseTask(input: unknown): ChatTask {
  const wrong = (what: string): Failure =>
    new Failure('usage', `chat: ${what}`, 'a task is a text, or {"messages": [{"role": "user", "content": "..."}]}')
  if (typeof input === 'string') {
    const text = input.trim()
    if (/^\{\s*"messages"/.test(text)) {
      let value: unknown
      try {
        value = JSON.parse(text)
      } catch {
        throw wrong(`expected JSON, found ${shown(text)}`)
      }
      return parseTask(value)
    }
    if (text === '') throw wrong('expected a text, found an empty one')
    return { messages: [{ role: 'user', content: text }] }
  }
  const messages = (input as { messages?: unknown } | null)?.messages
  if (!Array.isArray(messages) || messages.length === 0) throw wrong(`expected messages, found ${shown(input)}`)
  let size = 0
  const out = messages.map((m: any, i): Message => {
    const at = `messages[${i}]`
    if (!roles.includes(m?.role)) throw wrong(`${at}: expected a role (${roles.join(', ')}), found ${shown(m?.role)}`)
    if (typeof m.content !== 'string') throw wrong(`${at}: expected content as a text, found ${shown(m.content)}`)
    size += m.content.length
    return {
      role: m.role,
      content: m.content,
      ...(m.toolCalls === undefined ? {} : { toolCalls: m.toolCalls }),
      ...(m.toolCallId === undefined ? {} : { toolCallId: m.toolCallId }),
    }
  })
  if (size > longest) throw wrong(`expected at most ${longest} characters, found ${size}`)
  return { messages: out }
}

/** The last word of the user; more where there is more. */
export function showTask(t: ChatTask): string {
  const only = t.messages.length === 1 ? t.messages[0] : undefined
  return only?.role === 'user' ? only.content : JSON.stringify({ messages: t.messages })
}
