import type { PageProps } from '../routes.tsx'

export default function RunPage({ params }: PageProps) {
  return (
    <div className="page">
      <header className="page-head">
        <h1>{params.run}</h1>
      </header>
    </div>
  )
}
