// Any conversation.
import type { WorldEntry } from '../entry.ts'
import { type ChatTask, parseTask, showTask } from './task.ts'
import { type ChatState, chat, type Heard, type Reply } from './world.ts'

export type { ChatInput, ChatTask } from './task.ts'
export { type ChatState, chat, type Heard, type Reply, replied, replyGroup, replyKey, sameMessage, spoken as spokenReply } from './world.ts'

export const chatWorld: WorldEntry<ChatState, Reply | Heard, Reply, ChatTask> = {
  world: chat,
  describe: 'The next reply in any conversation, tool calls included; compared by what it calls or answers',
  grains: ['attempt', 'step'],
  exact: false,
  examples: [
    'What is the capital of France?',
    '{"messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "What is 17 * 24?"}]}',
  ],
  parseTask,
  showTask,
}
