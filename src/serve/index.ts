export { hashKey } from './door.ts'
export { serveMcp } from './mcp-stdio.ts'
export { application, type Serving, serve } from './server.ts'
export type { ApiKey, ServeSettings } from './settings.ts'
