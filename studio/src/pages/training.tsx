import type { PageProps } from '../routes.tsx'

export default function TrainingPage(_: PageProps) {
  return (
    <div className="page">
      <header className="page-head">
        <h1>Training</h1>
      </header>
    </div>
  )
}
