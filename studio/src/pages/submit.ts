// What the forms that begin something share: they send it, go where it is, and say what is wrong beside the field that is meant.
import { type FormEvent, useState } from 'react'
import { ApiError, post } from '../api.ts'
import { navigate } from '../shell/router.tsx'

export interface Submit {
  sending: boolean
  wrong: { param: string | null; text: string } | null
  /** What is wrong with a field, or with a part of it. */
  said(name: string): string | null
  /** What is wrong with none of these. */
  elsewhere(fields: readonly string[]): string | null
  send(e?: FormEvent): void
}
/** @param path where it is posted @param body what the form says @param there the page of what was begun */
export function useSubmit<T>(path: string, body: () => unknown, there: (begun: T) => string): Submit {
  const [sending, setSending] = useState(false)
  const [wrong, setWrong] = useState<Submit['wrong']>(null)
  const said = (name: string): string | null =>
    wrong?.param === name || wrong?.param?.startsWith(`${name}.`) || wrong?.param?.startsWith(`${name}[`) ? wrong.text : null
  return {
    sending,
    wrong,
    said,
    elsewhere: fields => (wrong === null || fields.some(f => said(f) !== null) ? null : wrong.text),
    send(e) {
      e?.preventDefault()
      setWrong(null)
      setSending(true)
      post<T>(path, body()).then(
        begun => navigate(there(begun)),
        error => {
          setSending(false)
          setWrong({ param: error instanceof ApiError ? error.param : null, text: (error as Error).message })
          requestAnimationFrame(() => document.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus())
        },
      )
    },
  }
}
