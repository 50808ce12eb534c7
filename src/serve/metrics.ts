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
  readonly requests = new Counter({
    name: 'espalier_requests_total',
    help: 'Requests by path and status',
    labelNames: ['path', 'status'] as const,
    registers: [this.registry],
  })
  readonly seconds = new Histogram({
    name: 'espalier_request_seconds',
    help: 'How long requests took',
    labelNames: ['path'] as const,
    buckets: [0.005, 0.02, 0.1, 0.5, 2, 10, 60, 300],
    registers: [this.registry],
  })
  readonly calls = new Counter({
    name: 'espalier_model_calls_total',
    help: 'Samples drawn from models',
    labelNames: ['method'] as const,
    registers: [this.registry],
  })
  readonly tokens = new Counter({
    name: 'espalier_tokens_total',
    help: 'Tokens read and written',
    labelNames: ['method', 'kind'] as const,
    registers: [this.registry],
  })
  readonly usd = new Counter({
    name: 'espalier_usd_total',
    help: 'US dollars, where prices are known',
    labelNames: ['method'] as const,
    registers: [this.registry],
  })
  readonly runs = new Counter({
    name: 'espalier_runs_total',
    help: 'Searches by how they ended',
    labelNames: ['method', 'ended'] as const,
    registers: [this.registry],
  })

  spent(method: string, u: Usage, ended: string): void {
    this.calls.inc({ method }, u.calls)
    this.tokens.inc({ method, kind: 'input' }, u.inputTokens)
    this.tokens.inc({ method, kind: 'output' }, u.outputTokens)
    if (u.usd !== null) this.usd.inc({ method }, u.usd)
    this.runs.inc({ method, ended })
  }
}
