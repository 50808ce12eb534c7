// The few controls that the pages are made of.
import type { ButtonHTMLAttributes, ReactNode } from 'react'
import { useEffect, useId, useRef, useState } from 'react'

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  /** main: the one thing to do here; plain: no frame. */
  kind?: 'main' | 'plain'
  small?: boolean
}
export function Button({ kind, small, className, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      className={className === undefined ? 'button' : `button ${className}`}
      data-kind={kind}
      data-small={small ? '' : undefined}
    />
  )
}

/** What is wrong, said at once. */
export const Alert = ({ text }: { text: string | null }) =>
  text !== null && (
    <span className="wrong" role="alert">
      {text}
    </span>
  )
interface FieldProps {
  label: ReactNode
  hint?: ReactNode
  wrong?: string | null
}
/** A label, what belongs in the field, and what is wrong with what is in it. The child gets the id. */
export function Field(o: FieldProps & { children: (id: string) => ReactNode }) {
  const id = useId()
  return (
    <div className="field">
      <label className="label" htmlFor={id}>
        {o.label}
      </label>
      {o.children(id)}
      {o.wrong ? <Alert text={o.wrong} /> : o.hint && <span className="hint">{o.hint}</span>}
    </div>
  )
}

/** One of many: names, or values with what is shown for each. */
export function SelectField(
  o: FieldProps & { value: string; of: readonly (string | readonly [value: string, shown: string])[]; onChange(value: string): void },
) {
  return (
    <Field label={o.label} hint={o.hint} wrong={o.wrong}>
      {id => (
        <select
          id={id}
          className="input"
          value={o.value}
          aria-invalid={o.wrong ? true : undefined}
          onChange={e => o.onChange(e.target.value)}
        >
          {o.of.map(x => {
            const [value, shown] = typeof x === 'string' ? [x, x] : x
            return (
              <option key={value} value={value}>
                {shown}
              </option>
            )
          })}
        </select>
      )}
    </Field>
  )
}
/** A line of text; `number`: of figures. */
export function TextField(o: FieldProps & { value: string; number?: boolean; placeholder?: string; onChange(value: string): void }) {
  return (
    <Field label={o.label} hint={o.hint} wrong={o.wrong}>
      {id => (
        <input
          id={id}
          className={o.number ? 'input num' : 'input'}
          inputMode={o.number ? 'decimal' : undefined}
          placeholder={o.placeholder}
          value={o.value}
          aria-invalid={o.wrong ? true : undefined}
          onChange={e => o.onChange(e.target.value)}
        />
      )}
    </Field>
  )
}

/** One of a few, all of them to be seen. */
export function Choice<T extends string>(o: {
  label: string
  value: T
  of: readonly { value: NoInfer<T>; label: ReactNode; title?: string }[]
  onChange(value: NoInfer<T>): void
}) {
  return (
    <fieldset className="choice" aria-label={o.label}>
      {o.of.map(x => (
        <button key={x.value} type="button" title={x.title} aria-pressed={x.value === o.value} onClick={() => o.onChange(x.value)}>
          {x.label}
        </button>
      ))}
    </fieldset>
  )
}

/** A dialog over the page while it is rendered; Escape and a click beside it close it. */
export function Dialog(o: { title: string; wide?: boolean; onClose(): void; children: ReactNode }) {
  const ref = useRef<HTMLDialogElement>(null)
  const close = useRef(o.onClose)
  close.current = o.onClose
  useEffect(() => {
    const dialog = ref.current
    if (dialog === null) return
    const before = document.activeElement
    dialog.showModal()
    // A press and its release beside it: a selection that ends outside does not count.
    let pressed: EventTarget | null = null
    const down = (e: Event): void => {
      pressed = e.target
    }
    const click = (e: MouseEvent): void => {
      if (e.target === dialog && pressed === dialog) close.current()
    }
    const cancel = (e: Event): void => {
      e.preventDefault()
      close.current()
    }
    dialog.addEventListener('pointerdown', down)
    dialog.addEventListener('click', click)
    dialog.addEventListener('cancel', cancel)
    return () => {
      dialog.removeEventListener('pointerdown', down)
      dialog.removeEventListener('click', click)
      dialog.removeEventListener('cancel', cancel)
      dialog.close()
      // By itself a dialog that has left the page already gives nothing back.
      if (before instanceof HTMLElement) before.focus()
    }
  }, [])
  return (
    <dialog ref={ref} className="dialog" data-wide={o.wide ? '' : undefined} aria-label={o.title}>
      {o.children}
    </dialog>
  )
}

/** A button that opens a small panel below it. */
export function Popover(o: {
  label: ReactNode
  title?: string
  small?: boolean
  align?: 'left' | 'right'
  children: (close: () => void) => ReactNode
}) {
  const [open, setOpen] = useState(false)
  const ref = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (!open) return
    const away = (e: Event): void => {
      if (!ref.current?.contains(e.target as Node)) setOpen(false)
    }
    const key = (e: KeyboardEvent): void => {
      if (e.key !== 'Escape') return
      setOpen(false)
      e.stopPropagation()
      ref.current?.querySelector('button')?.focus()
    }
    addEventListener('pointerdown', away)
    // Nobody else is told of this Escape, wherever the focus is.
    addEventListener('keydown', key, { capture: true })
    return () => {
      removeEventListener('pointerdown', away)
      removeEventListener('keydown', key, { capture: true })
    }
  }, [open])
  return (
    <div className="popover-anchor" ref={ref}>
      <Button small={o.small} title={o.title} aria-expanded={open} onClick={() => setOpen(x => !x)}>
        {o.label}
      </Button>
      {open && (
        <div className="popover" style={o.align === 'right' ? { right: 0, top: 'calc(100% + 4px)' } : { left: 0, top: 'calc(100% + 4px)' }}>
          {o.children(() => setOpen(false))}
        </div>
      )}
    </div>
  )
}
