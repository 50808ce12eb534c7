// Text as it was drawn: the less likely a token, the darker its ground; the numbers on hover.
import type { Token } from '../../../src/serve/api/wire.ts'
import { fixed, percent } from '../shell/format.ts'

/** A token this unlikely (natural logarithm) has the full shade. */
const full = -4
export function Tokens({ tokens }: { tokens: readonly Token[] }) {
  const sum = tokens.reduce((a, t) => a + t.logprob, 0)
  return (
    <>
      <pre className="tokens" dir="auto">
        {tokens.map((t, i) => (
          <span
            // biome-ignore lint/suspicious/noArrayIndexKey: tokens have no other name
            key={i}
            title={`${JSON.stringify(t.text)}  ${fixed(t.logprob)}  (${percent(Math.exp(t.logprob), 1)})`}
            style={{ '--shade': `${Math.round(Math.min(1, t.logprob / full) * 62)}%` } as Record<string, string>}
          >
            {t.text}
          </span>
        ))}
      </pre>
      <p className="faint small">
        {tokens.length} tokens · log-probability {fixed(sum, 2)} · {fixed(sum / Math.max(1, tokens.length), 3)} a token
      </p>
    </>
  )
}
