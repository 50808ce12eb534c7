// Which address shows which page. Pages are loaded when they are first wanted.
import { type ComponentType, type LazyExoticComponent, lazy } from 'react'

export interface PageProps {
  params: Record<string, string>
}
export interface Route {
  path: string
  title: string
  page: LazyExoticComponent<ComponentType<PageProps>>
}
export const routes: readonly Route[] = [
  { path: '/runs', title: 'Runs', page: lazy(() => import('./pages/runs.tsx')) },
  { path: '/runs/new', title: 'New run', page: lazy(() => import('./pages/start.tsx')) },
  { path: '/runs/:run', title: 'Run', page: lazy(() => import('./run/run-page.tsx')) },
  { path: '/compare', title: 'Compare', page: lazy(() => import('./pages/compare.tsx')) },
  { path: '/compare/new', title: 'New comparison', page: lazy(() => import('./pages/compare-start.tsx')) },
  { path: '/compare/runs', title: 'Runs side by side', page: lazy(() => import('./pages/compare-runs.tsx')) },
  { path: '/compare/trees', title: 'Two trees', page: lazy(() => import('./pages/compare-trees.tsx')) },
  { path: '/compare/:comparison', title: 'Comparison', page: lazy(() => import('./pages/comparison.tsx')) },
  { path: '/data', title: 'Data', page: lazy(() => import('./pages/data.tsx')) },
  { path: '/training', title: 'Training', page: lazy(() => import('./pages/training.tsx')) },
  { path: '/training/:loop', title: 'Training', page: lazy(() => import('./pages/loop.tsx')) },
]
