// The Model Context Protocol over standard input and output, for the one client that started the process.
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js'
import { Desk } from './desk.ts'
import { mcpServer } from './mcp.ts'
import { Metrics } from './metrics.ts'
import type { ServeSettings } from './settings.ts'

/** @returns a promise of its end, and what ends it: searches under way are parked */
export async function serveMcp(settings: ServeSettings, version: string): Promise<{ ended: Promise<void>; close(): Promise<void> }> {
  const desk = new Desk(settings, new Metrics())
  const server = mcpServer(settings, desk, version)
  const transport = new StdioServerTransport()
  let end = (): void => {}
  const ended = new Promise<void>(resolve => (end = resolve))
  let closing: Promise<void> | undefined
  const close = (): Promise<void> =>
    (closing ??= (async () => {
      await desk.close(0)
      await server.close()
      end()
    })())
  // A client that is gone closes what it wrote to.
  process.stdin.once('end', close)
  process.stdin.once('close', close)
  await server.connect(transport)
  return { ended, close }
}
