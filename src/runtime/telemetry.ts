// OpenTelemetry spans with the GenAI semantic conventions (gen_ai.*). Without a registered SDK the API does nothing.
import { context, type ProxyTracerProvider, type Span, SpanKind, SpanStatusCode, type Tracer, trace } from '@opentelemetry/api'
import type { Provider, Sample, Sampling, Usage } from '../contract/index.ts'

const named = 'espalier'
/** The tracer of the SDK that is registered; undefined: none is, and no span is made, not even an idle one. */
export function tracer(): Tracer | undefined {
  const provider = trace.getTracerProvider() as ProxyTracerProvider
  return typeof provider.getDelegateTracer === 'function' ? provider.getDelegateTracer(named) : provider.getTracer(named)
}

/** A call of a model: span `chat NAME`, with what was asked for and what it used. */
export function modelCall<T extends { value: unknown; usage: Partial<Usage> }>(
  p: Provider,
  operation: string,
  o: Sampling,
  call: () => Promise<T>,
): Promise<T> {
  const span = tracer()?.startSpan(`${operation} ${p.id}`, { kind: SpanKind.CLIENT })
  if (!span?.isRecording()) return call()
  span.setAttributes({ 'gen_ai.operation.name': operation, 'gen_ai.provider.name': p.id.split(':')[0], 'gen_ai.request.model': p.id })
  if (o.temperature !== undefined) span.setAttribute('gen_ai.request.temperature', o.temperature)
  if (o.topP !== undefined) span.setAttribute('gen_ai.request.top_p', o.topP)
  if (o.max !== undefined) span.setAttribute('gen_ai.request.max_tokens', o.max)
  return settle(span, call, r => {
    span.setAttributes({ 'gen_ai.usage.input_tokens': r.usage.inputTokens ?? 0, 'gen_ai.usage.output_tokens': r.usage.outputTokens ?? 0 })
    if (operation === 'chat')
      span.setAttribute(
        'gen_ai.response.finish_reasons',
        (r.value as Sample[]).map(s => s.finish),
      )
  })
}

/** A tool, a retriever, a verifier: span `execute_tool NAME`. */
export async function toolCall<T>(name: string, call: () => Promise<T>): Promise<T> {
  const span = tracer()?.startSpan(`execute_tool ${name}`, { kind: SpanKind.INTERNAL })
  if (!span?.isRecording()) return call()
  span.setAttributes({ 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': name })
  return settle(span, call)
}

/** A whole run: span `invoke_agent METHOD`, child of what is active. Ended by `end`; what is begun `within` has it as its parent. */
export function runSpan(
  method: string,
  world: string,
  run: string,
): { within<T>(f: () => T): T; end(attributes: Record<string, string | number | boolean>, error?: unknown): void } {
  const span = tracer()?.startSpan(`invoke_agent ${method}`, { kind: SpanKind.INTERNAL })
  if (span?.isRecording())
    span.setAttributes({
      'gen_ai.operation.name': 'invoke_agent',
      'gen_ai.agent.name': method,
      'espalier.world': world,
      'espalier.run': run,
    })
  return {
    within: f => (span === undefined ? f() : context.with(trace.setSpan(context.active(), span), f)),
    end(attributes, error) {
      if (span === undefined) return
      span.setAttributes(attributes)
      if (error !== undefined) fault(span, error)
      span.end()
    },
  }
}

function fault(span: Span, e: unknown): void {
  span.setAttribute('error.type', (e as Error)?.name ?? 'Error')
  span.setStatus({ code: SpanStatusCode.ERROR, message: (e as Error)?.message })
}

async function settle<T>(span: Span, call: () => Promise<T>, done?: (r: T) => void): Promise<T> {
  try {
    const r = await call()
    done?.(r)
    return r
  } catch (e) {
    fault(span, e)
    throw e
  } finally {
    span.end()
  }
}
