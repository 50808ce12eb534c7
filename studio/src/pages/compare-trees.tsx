import type { PageProps } from '../routes.tsx'

export default function TreesPage(_: PageProps) {
  return (
    <div className="page">
      <header className="page-head">
        <h1>Two trees</h1>
      </header>
    </div>
  )
}
