// Before the first paint, so that a chosen theme does not flash: 'light', 'dark', or nothing (what the system says).
try {
  const chosen = localStorage.getItem('espalier.theme')
  if (chosen === 'light' || chosen === 'dark') document.documentElement.dataset.theme = chosen
} catch {
  // No storage here: the system's theme it is.
}
