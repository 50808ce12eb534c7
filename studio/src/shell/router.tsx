// Where we are is the URL and nothing else: a path for the page, its query for what is chosen on it.
import type { AnchorHTMLAttributes, MouseEvent, ReactNode } from 'react'
import { useCallback } from 'react'
import { state, useValue } from './state.ts'

interface Place {
  path: string
  query: string
}
const read = (): Place => ({ path: location.pathname, query: location.search })
const place = state<Place>(read())
addEventListener('popstate', () => place.set(read()))

/** Goes to a path with its query; `replace`: without an entry in the history. */
export function navigate(to: string, o: { replace?: boolean } = {}): void {
  if (to === location.pathname + location.search) return
  history[o.replace ? 'replaceState' : 'pushState'](null, '', to)
  place.set(read())
}
export const usePlace = (): Place => useValue(place)

/** What the names in a pattern such as `/runs/:run` stand for in a path; undefined where it does not fit. */
export function matched(pattern: string, path: string): Record<string, string> | undefined {
  const want = pattern.split('/').filter(Boolean)
  const have = path.split('/').filter(Boolean)
  if (want.length !== have.length) return undefined
  const out: Record<string, string> = {}
  for (let i = 0; i < want.length; i++) {
    if (want[i].startsWith(':')) {
      try {
        out[want[i].slice(1)] = decodeURIComponent(have[i])
      } catch {
        return undefined
      }
    } else if (want[i] !== have[i]) return undefined
  }
  return out
}

/** The same place with some of its query changed; null or '' takes a name out. */
export function withQuery(changes: Record<string, string | null | undefined>): string {
  const q = new URLSearchParams(location.search)
  for (const [k, v] of Object.entries(changes)) {
    if (v === null || v === undefined || v === '') q.delete(k)
    else q.set(k, v)
  }
  const text = q.toString().replaceAll('%2C', ',').replaceAll('%3A', ':')
  return location.pathname + (text === '' ? '' : `?${text}`)
}

/** One name of the query. Setting makes an entry in the history unless `replace`. */
export function useParam(name: string): [string | null, (value: string | null, o?: { replace?: boolean }) => void] {
  const { query } = usePlace()
  const set = useCallback((value: string | null, o?: { replace?: boolean }) => navigate(withQuery({ [name]: value }), o), [name])
  return [new URLSearchParams(query).get(name), set]
}

export function Link({ to, children, ...rest }: { to: string; children: ReactNode } & AnchorHTMLAttributes<HTMLAnchorElement>) {
  const click = (e: MouseEvent<HTMLAnchorElement>): void => {
    rest.onClick?.(e)
    if (e.defaultPrevented || e.button !== 0 || e.metaKey || e.ctrlKey || e.shiftKey || e.altKey) return
    e.preventDefault()
    navigate(to)
  }
  return (
    <a {...rest} href={to} onClick={click}>
      {children}
    </a>
  )
}
