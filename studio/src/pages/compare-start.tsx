import type { PageProps } from '../routes.tsx'

export default function CompareStartPage(_: PageProps) {
  return (
    <div className="page">
      <header className="page-head">
        <h1>New comparison</h1>
      </header>
    </div>
  )
}
