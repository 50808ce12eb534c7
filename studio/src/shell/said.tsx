// What is said where there is nothing to show, or something went wrong: what it is, and what to do about it.
import type { ReactNode } from 'react'
import { ApiError } from '../api.ts'
import { Button } from './controls.tsx'
import { sentence } from './format.ts'
import { Link } from './router.tsx'

export function Empty({ title, children, acts }: { title: string; children?: ReactNode; acts?: ReactNode }) {
  return (
    <div className="said">
      <h2>{title}</h2>
      {children !== undefined && <p>{children}</p>}
      {acts !== undefined && <div className="acts">{acts}</div>}
    </div>
  )
}
/** What is being read: said only where it takes its time. */
export const Reading = ({ children }: { children: ReactNode }) => (
  <p className="quiet late" role="status">
    Reading {children}
  </p>
)
export function Wrong({ error, retry }: { error: unknown; retry?: () => void }) {
  const at = error instanceof ApiError ? error : undefined
  const title =
    at?.status === 404 ? 'There is nothing at this address' : at?.status === 0 ? 'The server does not answer' : 'That did not work'
  return (
    <Empty
      title={title}
      acts={
        at?.status === 404 ? (
          <Link to="/runs" className="button">
            All runs
          </Link>
        ) : (
          retry && <Button onClick={retry}>Try again</Button>
        )
      }
    >
      {at?.status === 0 ? (
        <>
          Is <code>espalier studio</code> still running?
        </>
      ) : (
        sentence(error instanceof Error ? error.message : String(error))
      )}
    </Empty>
  )
}
