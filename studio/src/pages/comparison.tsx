import type { PageProps } from '../routes.tsx'

export default function ComparisonPage(_: PageProps) {
  return (
    <div className="page">
      <header className="page-head">
        <h1>Comparison</h1>
      </header>
    </div>
  )
}
