// A state as people read it: JSON in lines that are not too long, anything else as it is.

/** The same text, or the same JSON laid out: what fits on a line stays on it. */
export function readable(text: string, width = 50): string {
  if (!/^\s*[[{]/.test(text) || text.length > 50_000) return text
  try {
    return laid(JSON.parse(text), '', width)
  } catch {
    return text
  }
}
/** @param before how much of its first line is taken by its key */
function laid(value: unknown, indent: string, width: number, before = 0): string {
  const line = short(value)
  if (before + line.length + indent.length <= width || typeof value !== 'object' || value === null) return line
  const next = `${indent}  `
  const parts = Array.isArray(value)
    ? value.map(v => next + laid(v, next, width))
    : Object.entries(value).map(([k, v]) => {
        const key = `${JSON.stringify(k)}: `
        return next + key + laid(v, next, width, key.length)
      })
  const [open, close] = Array.isArray(value) ? '[]' : '{}'
  return `${open}\n${parts.join(',\n')}\n${indent}${close}`
}
function short(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(short).join(', ')}]`
  if (typeof value === 'object' && value !== null)
    return `{${Object.entries(value)
      .map(([k, v]) => `${JSON.stringify(k)}: ${short(v)}`)
      .join(', ')}}`
  return JSON.stringify(value)
}
