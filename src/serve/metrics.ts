// What /metrics tells Prometheus.
import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { Usage } from '../contract/index.ts'

export class Metrics {
  readonly registry = new Registry()
  readonly busy = new Gauge({ name: 'espalier_requests_in_flight', help: 'Requests under way', registers: [this.registry] })
  readonly memory = new Gauge({
    name: 'espalier_resident_bytes',
    help: 'Memory of the process',
    registers: [this.registry],
    collect() {
      this.set(process.memoryUsage.rss())
    },
  })
  readonly requests = this.#counter('espalier_requests_total', 'Requests by path and status', 'path', 'status')
  readonly seconds = new Histogram({
    name: 'espalier_request_seconds',
    help: 'How long requests took',
    labelNames: ['path'] as const,
    buckets: [0.005, 0.02, 0.1, 0.5, 2, 10, 60, 300],
    registers: [this.registry],
  })
  readonly calls = this.#counter('espalier_model_calls_total', 'Samples drawn from models', 'method')
  readonly tokens = this.#counter('espalier_tokens_total', 'Tokens read and written', 'method', 'kind')
  readonly usd = this.#counter('espalier_usd_total', 'US dollars, where prices are known', 'method')
  readonly runs = this.#counter('espalier_runs_total', 'Searches by how they ended', 'method', 'ended')

  #counter<L extends string>(name: string, help: string, ...labelNames: L[]): Counter<L> {
    return new Counter({ name, help, labelNames, registers: [this.registry] })
  }
  spent(method: string, u: Usage, ended: string): void {
    this.calls.inc({ method }, u.calls)
    this.tokens.inc({ method, kind: 'input' }, u.inputTokens)
    this.tokens.inc({ method, kind: 'output' }, u.outputTokens)
    if (u.usd !== null) this.usd.inc({ method }, u.usd)
    this.runs.inc({ method, ended })
  }
}
