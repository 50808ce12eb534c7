// The two shapes that OpenAI's fine-tuning reads: chats to imitate, and preferences between replies.
import type { Row as DataRow } from './formats.ts'

interface Said {
  readonly role: string
  readonly content: string
}
const asked = (x: unknown): Said[] => (typeof x === 'string' ? [{ role: 'user', content: x }] : [...(x as Said[])])
const replied = (x: unknown): Said[] => (typeof x === 'string' ? [{ role: 'assistant', content: x }] : [...(x as Said[])])

/** A row of `sft` (prompt, completion): {"messages"}. */
export const supervisedChat = (row: DataRow): object => ({ messages: [...asked(row.prompt), ...replied(row.completion)] })
/** A row of `preference` (prompt, chosen, rejected): {"input", "preferred_output", "non_preferred_output"}. */
export const preferenceChat = (row: DataRow): object => ({
  input: { messages: asked(row.prompt) },
  preferred_output: replied(row.chosen),
  non_preferred_output: replied(row.rejected),
})
