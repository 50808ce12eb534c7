// A method's knobs, with what they may be and what they mean. Only what differs from the preset is sent.
import type { KnobValue } from '../../../src/contract/index.ts'
import type { KnobInfo } from '../../../src/serve/api/wire.ts'
import { count } from '../shell/format.ts'

export const knobText = (v: KnobValue): string => (Array.isArray(v) ? v.join(',') : String(v))
/** What a text says, for a knob; the text itself where it says nothing of the kind, for the server to refuse. */
export function knobValue(k: KnobInfo, text: string): KnobValue {
  const t = text.trim()
  if (k.type === 'number') return t !== '' && Number.isFinite(Number(t)) ? Number(t) : t
  if (k.type === 'boolean') return t === 'true' ? true : t === 'false' ? false : t
  if (k.type === 'list') return t === '' ? [] : t.split(',').map(Number)
  return text
}
const bound = (x: number): string => (Number.isInteger(x) ? count(x) : String(x))
const range = (k: KnobInfo): string =>
  k.min !== undefined && k.max !== undefined
    ? `(${bound(k.min)} to ${bound(k.max)})`
    : k.min !== undefined
      ? `(from ${bound(k.min)})`
      : k.max !== undefined
        ? `(up to ${bound(k.max)})`
        : ''

export function KnobFields(o: {
  knobs: readonly KnobInfo[]
  /** Of the preset, over the defaults. */
  preset: Readonly<Record<string, KnobValue>>
  given: Readonly<Record<string, string>>
  wrong: { name: string; text: string } | null
  onChange(name: string, text: string | null): void
}) {
  return (
    <div className="knobs">
      {o.knobs.map(k => {
        const usual = knobText(o.preset[k.name] ?? k.default)
        const value = o.given[k.name] ?? usual
        const wrong = o.wrong?.name === k.name ? o.wrong.text : null
        const set = (text: string): void => o.onChange(k.name, text === usual ? null : text)
        const common = {
          id: `knob-${k.name}`,
          className: 'input',
          'aria-invalid': wrong === null ? undefined : (true as const),
          'aria-describedby': `doc-${k.name}`,
        }
        return (
          <div key={k.name} style={{ display: 'contents' }}>
            <label htmlFor={`knob-${k.name}`} className="mono" data-changed={o.given[k.name] === undefined ? undefined : ''}>
              {k.name}
            </label>
            {k.choices !== undefined || k.type === 'boolean' ? (
              <select {...common} value={value} onChange={e => set(e.target.value)}>
                {(k.choices ?? [true, false]).map(c => (
                  <option key={knobText(c)}>{knobText(c)}</option>
                ))}
              </select>
            ) : (
              <input
                {...common}
                inputMode={k.type === 'number' ? 'decimal' : undefined}
                value={value}
                onChange={e => set(e.target.value)}
              />
            )}
            <span className="doc" id={`doc-${k.name}`}>
              {k.doc}
              {range(k) !== '' && <span> {range(k)}</span>}
              {wrong !== null && <span className="wrong">{wrong}</span>}
            </span>
          </div>
        )
      })}
    </div>
  )
}
