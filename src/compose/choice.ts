import type { Ask, Context, Io, Message, Random } from '../contract/index.ts'

/** What a model chooses from, in words. */
export interface Slate {
  /** What is chosen, and by what measure. */
  readonly question: string
  readonly items: readonly string[]
  /** Its own earlier choices, latest last. */
  readonly history: readonly string[]
}

interface Asked {
  role?: string
  temperature?: number
}
/** A question that is asked once. */
const once = (id: string, { role = 'policy', temperature }: Asked) => ({
  id,
  role,
  tries: 1,
  ...(temperature === undefined ? {} : { temperature }),
})
/** What was said before, if anything, and then the question. */
const after = (at: Context, said: string, history: readonly string[], question: readonly string[]): Message[] => {
  const before = history.length === 0 ? [] : [`${said}\n${history.join('\n')}`]
  return [...at.messages(), { role: 'user', content: [...before, ...question].join('\n\n') }]
}

/** Asks a model for one of several, by number. -1: what it said is none of them. */
export const chooseOne = (id: string, o: Asked = {}): Ask<Slate, number> => ({
  ...once(id, o),
  prompt: ({ question, items, history }, at) =>
    after(at, 'You chose before:', history, [
      `${question}\n${items.map((x, i) => `${i + 1}. ${x}`).join('\n')}`,
      `Think in a sentence, then end with one number between 1 and ${items.length} on a line of its own. Which one?`,
    ]),
  parse(text, { items }) {
    const n = Number(text.match(/\d+/g)?.at(-1) ?? Number.NaN)
    return n >= 1 && n <= items.length ? n - 1 : { reject: `expected a number from 1 to ${items.length}` }
  },
  otherwise: -1,
})

/** Asks a model yes or no about something. What it does not say is no. */
export const yesOrNo = (id: string, o: Asked = {}): Ask<Slate, boolean> => ({
  ...once(id, o),
  prompt: ({ question, items, history }, at) =>
    after(at, 'You answered before:', history, [
      items.length === 0 ? question : `${question}\n${items.map(x => `- ${x}`).join('\n')}`,
      'End with one word, yes or no, on a line of its own. Yes or no?',
    ]),
  parse(text) {
    const said = text
      .toLowerCase()
      .match(/\b(?:yes|no)\b/g)
      ?.at(-1)
    return said === undefined ? { reject: 'expected yes or no' } : said === 'yes'
  },
  otherwise: false,
})

/**
 * One of several, chosen by a model; where it names none, and with nothing to choose between, by chance. Long lists are cut to a random `shown` of them, in
 * their order, since a model reads the middle of a long list badly.
 * @returns an index
 */
export async function chosen(io: Io, ask: Ask<Slate, number>, slate: Slate, random: Random, o: { shown?: number } = {}): Promise<number> {
  const { items } = slate
  if (items.length <= 1) return items.length - 1
  const shown = o.shown ?? Infinity
  const all = items.map((_, i) => i)
  const subset = items.length <= shown ? all : random.sample(all, shown, () => 1).sort((a, b) => a - b)
  const i = await io.ask(ask, { ...slate, items: subset.map(j => items[j]) })
  return i < 0 ? random.pick(all) : subset[i]
}
