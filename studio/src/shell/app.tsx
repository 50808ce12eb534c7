// The frame of every page: its name, the way around, the theme, the keys.
import { type ReactNode, Suspense, useEffect, useMemo, useState } from 'react'
import { keyWanted } from '../api.ts'
import { routes } from '../routes.tsx'
import { AskKey } from './ask-key.tsx'
import { Boundary } from './boundary.tsx'
import { Button, Dialog } from './controls.tsx'
import { KeyTable, useKeys } from './keys.tsx'
import { Link, matched, navigate, usePlace } from './router.tsx'
import { Empty } from './said.tsx'
import { useValue } from './state.ts'
import { setTheme, type Theme, useTheme } from './theme.ts'
import { Toasts } from './toast.tsx'

const pages = [
  { to: '/runs', name: 'Runs', key: 'r' },
  { to: '/compare', name: 'Compare', key: 'c' },
  { to: '/data', name: 'Data', key: 'd' },
  { to: '/training', name: 'Training', key: 't' },
]
const nextTheme: Record<Theme, Theme> = { system: 'light', light: 'dark', dark: 'system' }
const themeForms: Record<Theme, ReactNode> = {
  system: (
    <>
      <circle cx="8" cy="8" r="5.8" />
      <path d="M8 2.200a5.800 5.800 0 0 0 0 11.600z" fill="currentcolor" stroke="none" />
    </>
  ),
  light: (
    <path d="M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6M8 1v1.200M8 13.800V15M1 8h1.200M13.800 8H15M3 3l.900.900M12.100 12.100l.900.900M13 3l-.900.900M3.900 12.100 3 13" />
  ),
  dark: <path d="M13.500 9.500A6 6 0 0 1 6.500 2.500a6 6 0 1 0 7 7z" />,
}

export function App() {
  const { path } = usePlace()
  const theme = useTheme()
  const wanted = useValue(keyWanted)
  const [help, setHelp] = useState(false)
  const found = useMemo(() => {
    for (const route of routes) {
      const params = matched(route.path, path)
      if (params !== undefined) return { route, params }
    }
    return undefined
  }, [path])
  useEffect(() => {
    if (path === '/') navigate('/runs', { replace: true })
  }, [path])
  useEffect(() => {
    document.title = found === undefined ? 'Espalier' : `${found.params.run ?? found.params.loop ?? found.route.title} · Espalier`
  }, [found])
  // `g` and then a letter, as in a mail reader.
  const [going, setGoing] = useState(false)
  useKeys('Everywhere', [
    { keys: ['?'], about: 'what may be pressed here', do: () => setHelp(true) },
    { keys: ['g'], about: 'go to: then r runs, c compare, d data, t training', do: () => setGoing(true) },
    { keys: ['T'], about: 'theme: system, light, dark', do: () => setTheme(nextTheme[theme]) },
  ])
  useEffect(() => {
    if (!going) return
    const go = (e: KeyboardEvent): void => {
      setGoing(false)
      const page = pages.find(p => p.key === e.key)
      if (page === undefined) return
      e.preventDefault()
      e.stopImmediatePropagation()
      navigate(page.to)
    }
    addEventListener('keydown', go, { capture: true, once: true })
    return () => removeEventListener('keydown', go, { capture: true })
  }, [going])
  const Page = found?.route.page
  return (
    <div className="app">
      <header className="app-bar">
        <Link to="/runs" className="app-name">
          <img src="/mark.svg" alt="" />
          Espalier
        </Link>
        <nav className="app-nav" aria-label="Pages">
          {pages.map(p => (
            <Link key={p.to} to={p.to} aria-current={path === p.to || path.startsWith(`${p.to}/`) ? 'page' : undefined}>
              {p.name}
            </Link>
          ))}
        </nav>
        <div className="app-side">
          <Button kind="plain" title={`Theme: ${theme} (T)`} aria-label={`Theme: ${theme}`} onClick={() => setTheme(nextTheme[theme])}>
            <svg viewBox="0 0 16 16" aria-hidden="true">
              {themeForms[theme]}
            </svg>
          </Button>
          <Button kind="plain" title="Keys (?)" aria-label="Keys" onClick={() => setHelp(true)}>
            ?
          </Button>
        </div>
      </header>
      <main className="app-main">
        <Boundary key={path}>
          {Page === undefined || found === undefined ? (
            path !== '/' && (
              <div className="page">
                <Empty title="There is nothing at this address">
                  Perhaps it is an old link. All runs are on the <Link to="/runs">first page</Link>.
                </Empty>
              </div>
            )
          ) : (
            <Suspense fallback={null}>
              <Page params={found.params} />
            </Suspense>
          )}
        </Boundary>
      </main>
      {help && (
        <Dialog title="Keys" wide onClose={() => setHelp(false)}>
          <div>
            <h1>Keys</h1>
            <KeyTable />
          </div>
        </Dialog>
      )}
      {wanted !== null && <AskKey wrong={wanted.wrong} answer={wanted.answer} />}
      <Toasts />
    </div>
  )
}
