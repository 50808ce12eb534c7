// Light, dark, or what the system says; remembered. public/theme.js sets it before the first paint.
import { state, useValue } from './state.ts'

export type Theme = 'system' | 'light' | 'dark'
const dark = matchMedia('(prefers-color-scheme: dark)')
const chosen = state<Theme>((document.documentElement.dataset.theme as Theme | undefined) ?? 'system')
const shown = state<'light' | 'dark'>('light')

function settle(): void {
  const theme = chosen.get()
  shown.set(theme === 'system' ? (dark.matches ? 'dark' : 'light') : theme)
}
settle()
dark.addEventListener('change', settle)

export function setTheme(theme: Theme): void {
  if (theme === 'system') delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = theme
  try {
    if (theme === 'system') localStorage.removeItem('espalier.theme')
    else localStorage.setItem('espalier.theme', theme)
  } catch {
    // Not remembered, then.
  }
  chosen.set(theme)
  settle()
}
export const useTheme = (): Theme => useValue(chosen)
/** What is to be seen: for canvases, which do not follow CSS by themselves. */
export const useShown = (): 'light' | 'dark' => useValue(shown)

/** A colour of the theme that is shown, as the browser computes it: `rgb(…)`. What a token itself says is `light-dark(…)`. */
export function token(name: string): string {
  const probe = document.createElement('i')
  probe.style.color = `var(${name})`
  document.documentElement.append(probe)
  const { color } = getComputedStyle(probe)
  probe.remove()
  return color
}
