import type { PageProps } from '../routes.tsx'

export default function StartPage(_: PageProps) {
  return (
    <div className="page">
      <header className="page-head">
        <h1>New run</h1>
      </header>
    </div>
  )
}
