// A place in a list that the keys move. The link of its row has the focus: it is read aloud, seen, and opened like any other.
import { type RefObject, useEffect, useRef, useState } from 'react'
import { type Key, useKeys } from './keys.tsx'

/** @param rows keys of the rows, in order; undefined: not here yet. @param more what else may be pressed, given where the cursor is */
export function useCursor(
  title: string,
  rows: readonly string[] | undefined,
  open: (key: string) => void,
  more: (cursor: string | null) => readonly Key[],
): string | null {
  const [cursor, setCursor] = useState<string | null>(null)
  const at = cursor === null ? -1 : (rows?.indexOf(cursor) ?? -1)
  const go = (by: number): unknown => {
    if (rows === undefined || rows.length === 0) return false
    return setCursor(rows[Math.max(0, Math.min(rows.length - 1, at + by))])
  }
  useKeys(title, [
    { keys: ['j', 'ArrowDown'], about: 'next', do: () => go(1) },
    { keys: ['k', 'ArrowUp'], about: 'before', do: () => go(-1) },
    { keys: ['Enter'], about: 'open', do: () => (at < 0 ? false : open(rows![at])) },
    ...more(at < 0 ? null : cursor),
  ])
  return cursor
}

/** The focus goes to the link of the row that the cursor came to, as soon as that row is there. */
export function useFollowed(frame: RefObject<HTMLElement | null>, cursor: string | null | undefined): void {
  const followed = useRef(cursor)
  useEffect(() => {
    if (cursor === null || cursor === undefined || cursor === followed.current) return
    const link = frame.current?.querySelector<HTMLElement>(`[data-key="${CSS.escape(cursor)}"] a`)
    if (link === null || link === undefined) return
    followed.current = cursor
    link.focus()
  })
}
