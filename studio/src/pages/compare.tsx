import type { PageProps } from '../routes.tsx'

export default function ComparePage(_: PageProps) {
  return (
    <div className="page">
      <header className="page-head">
        <h1>Compare</h1>
      </header>
    </div>
  )
}
