import type { PageProps } from '../routes.tsx'

export default function DataPage(_: PageProps) {
  return (
    <div className="page">
      <header className="page-head">
        <h1>Data</h1>
      </header>
    </div>
  )
}
