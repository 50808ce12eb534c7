// One reply to a conversation.
import type { Message, PureWorld, Sample } from '../../contract/index.ts'
import { canonical } from '../../kernel/hash.ts'
import { answerKey, finalAnswer, markedAnswer } from '../reason/index.ts'
import { type ChatInput, type ChatTask, parseTask } from './task.ts'

/** What an assistant said: words, calls of the client's tools, or both. */
export interface Reply {
  readonly text: string
  readonly toolCalls?: readonly { readonly name: string; readonly arguments: string }[]
  /** It was cut off by the limit of its length. */
  readonly cut?: boolean
}
/** What followed a reply: the results of the tools that it called, and words of the user after them. */
export interface Heard {
  readonly heard: readonly Message[]
  /** The ids under which its calls went out, in their order. */
  readonly calls: readonly string[]
}
export interface ChatState extends ChatTask {
  readonly reply?: Reply
}

/** Arguments in one form, whatever their spacing and order. */
const plainArguments = (text: string): string => {
  try {
    return canonical(JSON.parse(text))
  } catch {
    return text.trim()
  }
}

/** Equal replies, for votes: calls by their tools and arguments, words by the final answer that they mark, else by themselves. */
export function replyKey(r: Reply): string {
  if (r.toolCalls !== undefined && r.toolCalls.length > 0)
    return `call:${r.toolCalls.map(c => `${c.name}(${plainArguments(c.arguments)})`).join(';')}`
  const marked = markedAnswer(r.text)
  if (marked !== null) return `answer:${answerKey(marked.answer)}`
  const short = r.text.trim()
  // A short reply is an answer as a whole.
  return short.length <= 80 && !short.includes('\n')
    ? `answer:${answerKey(finalAnswer(short)?.answer ?? short)}`
    : `text:${short.replace(/\s+/g, ' ')}`
}
/** Replies are voted on by group first: words, or which tools are called. */
export const replyGroup = (r: Reply): string => (r.toolCalls?.length ? `call:${r.toolCalls.map(c => c.name).join(';')}` : 'words')

const isHeard = (a: Reply | Heard): a is Heard => 'heard' in a
/** A reply as it stands in a conversation. @param ids of its calls; default: their numbers */
export const replied = (r: Reply, ids: readonly string[] = []): Message => ({
  role: 'assistant',
  content: r.text,
  ...(r.toolCalls === undefined || r.toolCalls.length === 0
    ? {}
    : { toolCalls: r.toolCalls.map((c, i) => ({ id: ids[i] ?? `${i}`, ...c })) }),
})
/** Are two messages one, whatever spacing and order the arguments of their calls have? */
export const sameMessage = (a: Message, b: Message): boolean => {
  const plain = (m: Message) => [
    m.role,
    m.content,
    m.toolCallId ?? null,
    (m.toolCalls ?? []).map(c => [c.id, c.name, plainArguments(c.arguments)]),
  ]
  return canonical(plain(a)) === canonical(plain(b))
}

/**
 * The next reply of an assistant, in one go; after it, where its tools were used, what they gave, and the reply to that. Its rules reward nothing: a judge, a verifier or a vote must. Replies are compared by the tools they call,
 * first by name and then by arguments, or by the final answer that they mark.
 */
export const chat: PureWorld<ChatState, Reply | Heard, Reply, ChatInput> = {
  kind: 'pure',
  id: 'chat',
  grains: ['attempt', 'step'],
  // Its lines belong together, and calls of tools stand beside them.
  lists: false,
  start: task => parseTask(task),
  step: (s, a) => (isHeard(a) ? { messages: [...s.messages, replied(s.reply!, a.calls), ...a.heard] } : { ...s, reply: a }),
  outcome: s => (s.reply === undefined ? null : { answer: s.reply, key: replyKey(s.reply), group: replyGroup(s.reply) }),
  render(c, want) {
    const { messages, reply } = c.state
    if (want.for === 'judgement')
      return [
        ...messages,
        ...(reply === undefined ? [] : [{ role: 'assistant' as const, content: spoken(reply) }]),
        {
          role: 'user',
          content: 'How good is this reply? Answer with one word: sure, likely, or impossible (that it is right and does what was asked).',
        },
      ]
    return [...messages]
  },
  parse(text, _s, want, sample?: Sample) {
    if (want.for === 'judgement') return { reject: 'a judgement is no reply' }
    const calls = sample?.toolCalls?.map(c => ({ name: c.name, arguments: c.arguments })) ?? []
    if (text.trim() === '' && calls.length === 0) return { reject: 'the reply is empty' }
    return { text, ...(calls.length === 0 ? {} : { toolCalls: calls }), ...(sample?.finish === 'cut' ? { cut: true } : {}) }
  },
  valid: (a, s) =>
    isHeard(a) ? (s.reply === undefined ? 'there is no reply yet' : true) : s.reply === undefined ? true : 'there is a reply already',
  actionKey: a => canonical(isHeard(a) ? a : { text: a.text, toolCalls: a.toolCalls ?? [] }),
  show: a => (isHeard(a) ? a.heard.map(m => m.content).join('\n') : spoken(a)),
}

/** A reply as one text. */
export function spoken(r: Reply): string {
  const calls = (r.toolCalls ?? []).map(c => `${c.name}(${c.arguments})`)
  return [r.text, ...calls].filter(x => x !== '').join('\n')
}
