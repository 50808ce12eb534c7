// The keyboard: who listens, and what `?` shows. The component that came last is asked first.
import { useEffect, useRef } from 'react'
import { flushSync } from 'react-dom'
import { state, useValue } from './state.ts'

export interface Key {
  /** As KeyboardEvent.key, case-sensitive: 'j', 'ArrowDown', '?'; several for the same. */
  keys: readonly string[]
  about: string
  /** false: not meant for me. */
  do(e: KeyboardEvent): unknown
}
interface Scope {
  title: string
  keys: () => readonly Key[]
}
const scopes = state<readonly Scope[]>([])

/** Listens to keys while the component is there; `title` groups them in the help. */
export function useKeys(title: string, keys: readonly Key[]): void {
  const now = useRef(keys)
  now.current = keys
  useEffect(() => {
    const scope: Scope = { title, keys: () => now.current }
    scopes.set(s => [...s, scope])
    return () => scopes.set(s => s.filter(x => x !== scope))
  }, [title])
}
const writing = (e: KeyboardEvent): boolean => {
  const t = e.target as HTMLElement | null
  return (
    t !== null &&
    (t.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(t.tagName)) &&
    !['range', 'checkbox'].includes((t as HTMLInputElement).type)
  )
}
addEventListener('keydown', e => {
  if (e.ctrlKey || e.metaKey || e.altKey || e.defaultPrevented || writing(e)) return
  if (document.querySelector('dialog[open]') !== null) return
  // A button keeps what it does itself, and so does a link, which knows nothing of the space bar.
  const own = e.key === 'Enter' ? 'button, a, summary' : e.key === ' ' ? 'button, summary, input' : null
  if (own !== null && e.target instanceof HTMLElement && e.target.closest(own) !== null) return
  // At once: the next key, which may be here already, acts on what this one made.
  for (const scope of [...scopes.get()].reverse())
    for (const key of scope.keys())
      if (key.keys.includes(e.key) && flushSync(() => key.do(e)) !== false) {
        e.preventDefault()
        return
      }
})

const shown: Record<string, string> = {
  ArrowUp: '↑',
  ArrowDown: '↓',
  ArrowLeft: '←',
  ArrowRight: '→',
  ' ': 'Space',
  Escape: 'Esc',
  '-': '−',
}
/** What may be pressed here. */
export function KeyTable() {
  const all = useValue(scopes)
  const groups = new Map<string, Key[]>()
  for (const s of [...all].reverse()) groups.set(s.title, [...(groups.get(s.title) ?? []), ...s.keys()])
  return (
    <div className="keys">
      {[...groups].map(([title, keys]) => (
        <section key={title}>
          <h3>{title}</h3>
          <dl>
            {keys.map(k => (
              <div key={k.about}>
                <dt>
                  {k.keys.map(x => (
                    <kbd key={x}>{shown[x] ?? x}</kbd>
                  ))}
                </dt>
                <dd>{k.about}</dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </div>
  )
}
