// LaTeX, Unicode signs and Markdown around an answer, brought to plain text: `\dfrac{1}{2}` is ((1)/(2)), `2^{3}` is 2^(3), `90^\circ` is 90 deg.

const signs: Readonly<Record<string, string>> = {
  '\u2212': '-',
  '\u2010': '-',
  '\u2011': '-',
  '\u2013': '-',
  '\u2014': '-',
  '\u00D7': '*',
  '\u00B7': '*',
  '\u22C5': '*',
  '\u00F7': '/',
  '\u2044': '/',
  '\u2215': '/',
  '\u221A': 'sqrt',
  '\u03C0': 'pi',
  '\u221E': 'inf',
  '\u00B0': ' deg',
  '\u222A': ' U ',
  '\u2208': ' in ',
  '\u2264': '<=',
  '\u2265': '>=',
  '\u00A0': ' ',
  '\u2009': ' ',
  '\u202F': ' ',
  '\u2018': "'",
  '\u2019': "'",
  '\u201C': '"',
  '\u201D': '"',
}
const raised = '\u2070\u00B9\u00B2\u00B3\u2074\u2075\u2076\u2077\u2078\u2079'
const vulgar: Readonly<Record<string, string>> = {
  '\u00BC': '1/4',
  '\u00BD': '1/2',
  '\u00BE': '3/4',
  '\u2153': '1/3',
  '\u2154': '2/3',
  '\u2155': '1/5',
  '\u215B': '1/8',
}
const commands: Readonly<Record<string, string>> = {
  cdot: '*',
  times: '*',
  ast: '*',
  div: '/',
  pi: 'pi',
  infty: 'inf',
  pm: '\u00B1',
  circ: ' deg',
  degree: ' deg',
  cup: ' U ',
  in: ' in ',
  le: '<=',
  leq: '<=',
  ge: '>=',
  geq: '>=',
  ne: '!=',
  neq: '!=',
  quad: ' ',
  qquad: ' ',
  left: '',
  right: '',
  big: '',
  Big: '',
  bigl: '',
  bigr: '',
  displaystyle: '',
  textstyle: '',
  limits: '',
  lbrace: '{',
  rbrace: '}',
  lbrack: '[',
  rbrack: ']',
  langle: '(',
  rangle: ')',
  colon: ':',
}
/** Commands that only dress up what stands in their braces. */
const dress =
  /^(?:text|textbf|textit|textrm|texttt|mathrm|mathbf|mathit|mathsf|mathbb|mathcal|operatorname|mbox|hbox|boxed|fbox|bm|emph|overline)$/
const functions = /^(?:sin|cos|tan|log|ln|exp|max|min|gcd|lcm)$/
/** Deeper nesting than this is no answer. */
const deepest = 50

/** The index right after the brace that closes the one at `open`, or -1. Linear, whatever is in between. */
export function closing(text: string, open: number): number {
  let depth = 0
  for (let i = open; i < text.length; i++) {
    const c = text[i]
    if (c === '\\') i++
    else if (c === '{') depth++
    else if (c === '}' && --depth === 0) return i + 1
  }
  return -1
}

/** One line of plain text. What is not understood stays as it is. */
export function plain(text: string): string {
  let t = ''
  for (const c of text) {
    const up = raised.indexOf(c)
    if (up >= 0) t += t.endsWith('^') || /\^\d+$/.test(t.slice(-4)) ? String(up) : `^${up}`
    else if (vulgar[c] !== undefined) t += /\d\s?$/.test(t.slice(-2)) ? `&(${vulgar[c]})` : `(${vulgar[c]})`
    else t += signs[c] ?? c
  }
  // Dollars in pairs are LaTeX's: the second has no space before it and no digit after it, as prices have.
  t = t
    .normalize('NFKC')
    .replace(/\*\*|__|`/g, ' ')
    .replace(/(?<!\\)\$(\S(?:[^$]*[^\s$\\])?)\$(?!\d)/g, ' $1 ')
  // Braces group only where there is markup; else they are those of a set.
  const markup = /[\\^_]/.test(t)
  t = convert(t.replace(/\\[()[\]]/g, ' ').replaceAll('{,}', ','), markup, 0)
  return t.replace(/\s+/g, ' ').trim()
}

function convert(t: string, markup: boolean, depth: number): string {
  if (depth > deepest) return t
  let out = ''
  let i = 0
  /** What a command takes: a group in braces, a command with its own groups, or one sign. */
  const argument = (): string => {
    while (t[i] === ' ') i++
    if (t[i] === '{') {
      const end = closing(t, i)
      const inner = end < 0 ? t.slice(i + 1) : t.slice(i + 1, end - 1)
      i = end < 0 ? t.length : end
      return convert(inner, markup, depth + 1)
    }
    if (t[i] === '\\') {
      const name = /^\\[A-Za-z]+/.exec(t.slice(i, i + 24))?.[0]
      if (name !== undefined) {
        i += name.length
        return command(name.slice(1))
      }
    }
    return t[i++] ?? ''
  }
  const command = (name: string): string => {
    if (/^[dtc]?frac$/.test(name)) {
      const mixed = /\d\s*$/.test(out)
      const above = argument()
      const below = argument()
      return `${mixed && /^\d+$/.test(above) && /^\d+$/.test(below) ? '&' : ''}((${above})/(${below}))`
    }
    if (name === 'sqrt') {
      while (t[i] === ' ') i++
      const end = t[i] === '[' ? t.indexOf(']', i) : -1
      if (end < 0) return `sqrt(${argument()})`
      const index = t.slice(i + 1, end)
      i = end + 1
      return `((${argument()})^(1/(${index})))`
    }
    if (dress.test(name)) {
      const inner = argument()
      return /^(?:text|mbox|hbox)/.test(name) ? ` ${inner} ` : inner
    }
    if (functions.test(name)) return name
    return commands[name] ?? name
  }
  while (i < t.length) {
    const c = t[i]
    if (c === '\\') {
      const name = /^\\[A-Za-z]+/.exec(t.slice(i, i + 24))?.[0]
      if (name !== undefined) {
        i += name.length
        out += command(name.slice(1))
      } else {
        const next = t[i + 1] ?? ''
        i += 2
        if ('{}%$#&_'.includes(next)) out += next
        else out += ' ' // thin spaces, line ends, signs without a meaning here
      }
    } else if (c === '^' || c === '_') {
      i++
      while (t[i] === ' ') i++
      const arg = t[i] === '{' || t[i] === '\\' ? argument() : undefined
      if (c === '^' && arg?.trim() === 'deg') out += ' deg'
      else out += arg === undefined ? c : `${c}(${arg.trim()})`
    } else if (markup && c === '{') {
      const end = closing(t, i)
      if (end < 0) {
        out += '('
        i++
      } else out += `(${argument()})`
    } else {
      out += c
      i++
    }
  }
  return out
}
