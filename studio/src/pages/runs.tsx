import type { PageProps } from '../routes.tsx'

export default function RunsPage(_: PageProps) {
  return (
    <div className="page">
      <header className="page-head">
        <h1>Runs</h1>
      </header>
    </div>
  )
}
