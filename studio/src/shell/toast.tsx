// A word about what an act did, for a while, at the edge of the page.
import { state, useValue } from './state.ts'

interface Toast {
  id: number
  text: string
  kind: 'said' | 'done' | 'wrong'
}
const toasts = state<readonly Toast[]>([])
let next = 0

export function say(text: string, kind: Toast['kind'] = 'said'): void {
  const id = next++
  toasts.set(all => [...all.slice(-3), { id, text, kind }])
  setTimeout(() => toasts.set(all => all.filter(t => t.id !== id)), kind === 'wrong' ? 9000 : 4500)
}
export function Toasts() {
  return (
    <div className="toasts" role="status" aria-live="polite">
      {useValue(toasts).map(t => (
        <div key={t.id} className="toast" data-kind={t.kind}>
          {t.text}
        </div>
      ))}
    </div>
  )
}
