// What a server is set up with. Nothing of it can be changed by a client.
import type { Limits } from '../contract/index.ts'

/** A client's key, of which only the hash is kept. */
export interface ApiKey {
  readonly name: string
  /** SHA-256 of the key, in hex. */
  readonly hash: string
  /** What all requests with it may spend together, while the server runs. */
  readonly budget?: Limits
  /** Requests a minute. */
  readonly rate?: number
}
export interface ServeSettings {
  /** Of the program, as it is told to clients. */
  readonly version?: string
  /** Models by the names that clients use: each as after `--model`. */
  readonly models: Readonly<Record<string, string>>
  /** Who judges, by one of those names or as after `--model`. Default: nobody; replies are voted on. */
  readonly judge?: string
  /** Where the API of models that have one is, if it is not the usual place. */
  readonly baseUrl?: string
  /** Commands by name, which a request may choose as its verifier. */
  readonly verifiers?: Readonly<Record<string, string>>
  /** Folder of the studio's built app, which is then served at /. Default: none. */
  readonly studio?: string
  /** Folder of the runs; null: nothing is kept. */
  readonly store: string | null
  /** Default 127.0.0.1. Anything but loopback needs keys. */
  readonly host?: string
  /** 0: any that is free. Default 8080. */
  readonly port?: number
  readonly keys?: readonly ApiKey[]
  /** Pages of other origins that may call it. Default: none. */
  readonly origins?: readonly string[]
  /** Of a search that names none. Default calls=20. */
  readonly budget?: Limits
  /** No request may have more. */
  readonly most?: Limits
  /** Calls in flight in one search. Default 8. */
  readonly concurrency?: number
  /** Requests under way at once; beyond it 429. Default 256. */
  readonly inFlight?: number
  /** Longest body, in bytes. Default 4 MiB. */
  readonly body?: number
  /** Seconds after which a request is over: the best so far is its answer. Default 600. */
  readonly seconds?: number
  /** Seconds that a client may read nothing before it is taken for gone. Default 60. */
  readonly patience?: number
}

/** Limits that are nowhere above others. */
export function atMost(limits: Limits, most: Limits | undefined): Limits {
  const out: Record<string, number> = { ...limits }
  for (const [k, x] of Object.entries(most ?? {})) out[k] = Math.min(out[k] ?? Number.POSITIVE_INFINITY, x)
  return out
}
export const isLoopback = (host: string): boolean => /^(127(\.\d+){3}|localhost|\[?::1\]?)$/i.test(host)
