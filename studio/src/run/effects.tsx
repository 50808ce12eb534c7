// The effects at a node: when, how long, what was asked to the letter, and what came back.
import type { EffectDetail } from '../../../src/serve/api/wire.ts'
import { compact, seconds, usd } from '../shell/format.ts'
import { Tokens } from './tokens.tsx'

export function Effects({ effects }: { effects: readonly EffectDetail[] }) {
  const from = Math.min(...effects.map(e => e.began))
  const to = Math.max(...effects.map(e => e.ended ?? e.began), from + 1e-6)
  return effects.map(e => {
    const left = (e.began - from) / (to - from)
    const long = ((e.ended ?? to) - e.began) / (to - from)
    const tokens = (e.usage.inputTokens ?? 0) + (e.usage.outputTokens ?? 0)
    return (
      <details key={e.k} className="effect" data-status={e.status}>
        <summary>
          <span className="effect-kind">{e.kind}</span>
          <span className="faint small">
            {e.status === 'ok' ? '' : `${e.status} · `}
            {e.cached && 'cached · '}
            {tokens > 0 && `${compact(tokens)} tokens · `}
            {e.usage.usd != null && e.usage.usd > 0 && `${usd(e.usage.usd)} · `}
            {e.ended === null ? 'under way' : seconds(e.ended - e.began)}
          </span>
          <span className="effect-time" title={`from ${seconds(e.began)}${e.ended === null ? '' : ` to ${seconds(e.ended)}`} of the run`}>
            <i style={{ left: `${left * 100}%`, width: `max(2px, ${long * 100}%)` }} />
          </span>
        </summary>
        {e.prompt?.map((m, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: messages stay in their order
          <div key={i} className="message">
            <h3>{m.role}</h3>
            <pre dir="auto">{m.content}</pre>
          </div>
        ))}
        {e.options !== null && Object.keys(e.options).length > 0 && (
          <p className="small quiet mono">
            {Object.entries(e.options)
              .map(([k, v]) => `${k}=${typeof v === 'string' ? v : JSON.stringify(v)}`)
              .join('  ')}
          </p>
        )}
        {e.samples.map((s, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: samples stay in their order
          <div key={i} className="message" data-sample="">
            <h3>
              sample {i + 1}
              {s.finish !== null && s.finish !== 'stop' && <span className="faint"> · {s.finish}</span>}
            </h3>
            {s.tokens !== null ? <Tokens tokens={s.tokens} /> : <pre dir="auto">{s.text}</pre>}
          </div>
        ))}
        {e.reply !== null && (
          <div className="message">
            <h3>{e.status === 'ok' ? 'answer' : e.status}</h3>
            <pre dir="auto">{e.reply}</pre>
          </div>
        )}
      </details>
    )
  })
}
