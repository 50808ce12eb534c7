// The language of the programs to repair: whole numbers, parameters, operators, conditions, calls. Read and written here; run in evaluate.ts.

export type Op = '+' | '-' | '*' | '/' | '%' | '<' | '<=' | '>' | '>=' | '=' | '!=' | 'and' | 'or'
export type Expr =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'minus'; readonly of: Expr }
  | { readonly kind: 'op'; readonly op: Op; readonly left: Expr; readonly right: Expr }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Expr[] }
  | { readonly kind: 'if'; readonly when: Expr; readonly yes: Expr; readonly no: Expr }
export interface Definition {
  readonly name: string
  readonly params: readonly string[]
  readonly body: Expr
}

/** Functions that are there without a definition, with their number of arguments. */
const builtins: Readonly<Record<string, number>> = { min: 2, max: 2, abs: 1 }
const words = new Set(['if', 'then', 'else', 'and', 'or'])
/** Longest text of one definition, in characters, and deepest expression. */
const longestText = 600
const deepest = 40

const levels: readonly (readonly Op[])[] = [['or'], ['and'], ['<=', '>=', '!=', '<', '>', '='], ['+', '-'], ['*', '/', '%']]
/** 1 for the loosest; 0 is that of a whole expression, where a condition needs no brackets. */
const levelOf = (op: Op): number => 1 + levels.findIndex(l => l.includes(op))
const tokens = /\s*(?:(\d+)|([a-z_][a-z0-9_]*)|(<=|>=|!=|[-+*/%<>=(),]))/iy

class Reader {
  readonly #all: string[] = []
  #at = 0
  #depth = 0
  constructor(text: string) {
    tokens.lastIndex = 0
    const end = text.trimEnd().length
    while (tokens.lastIndex < end) {
      const from = tokens.lastIndex
      const m = tokens.exec(text)
      if (m === null) throw new SyntaxError(`unexpected "${text.slice(from).trim().slice(0, 12)}"`)
      this.#all.push((m[1] ?? m[2] ?? m[3]).toLowerCase())
    }
  }
  get next(): string | undefined {
    return this.#all[this.#at]
  }
  take(): string {
    const t = this.#all[this.#at++]
    if (t === undefined) throw new SyntaxError('it ends too early')
    return t
  }
  expect(t: string): void {
    const found = this.#all[this.#at++]
    if (found !== t) throw new SyntaxError(`expected "${t}", found ${found === undefined ? 'the end' : `"${found}"`}`)
  }
  name(): string {
    const t = this.take()
    if (!/^[a-z_]/.test(t) || words.has(t)) throw new SyntaxError(`expected a name, found "${t}"`)
    return t
  }
  list<T>(one: () => T): T[] {
    this.expect('(')
    const out: T[] = []
    if (this.next !== ')') {
      out.push(one())
      while (this.next === ',') {
        this.take()
        out.push(one())
      }
    }
    this.expect(')')
    return out
  }
  expr(level = 0): Expr {
    if (++this.#depth > deepest * levels.length) throw new SyntaxError('it is nested too deep')
    const out = this.#expr(level)
    this.#depth--
    return out
  }
  #expr(level: number): Expr {
    if (level === 0 && this.next === 'if') {
      this.take()
      const when = this.expr()
      this.expect('then')
      const yes = this.expr()
      this.expect('else')
      return { kind: 'if', when, yes, no: this.expr() }
    }
    if (level === levels.length) return this.#unary()
    let left = this.expr(level + 1)
    while (this.next !== undefined && levels[level].includes(this.next as Op)) {
      const op = this.take() as Op
      left = { kind: 'op', op, left, right: this.expr(level + 1) }
    }
    return left
  }
  #unary(): Expr {
    const t = this.take()
    if (t === '-') return { kind: 'minus', of: this.expr(levels.length) }
    if (t === '(') {
      const e = this.expr()
      this.expect(')')
      return e
    }
    if (/^\d/.test(t)) return { kind: 'number', value: Number(t) }
    if (!/^[a-z_]/.test(t) || words.has(t)) throw new SyntaxError(`unexpected "${t}"`)
    return this.next === '(' ? { kind: 'call', name: t, args: this.list(() => this.expr()) } : { kind: 'name', name: t }
  }
}

/** Reads `name(a, b) = expression`; a text: why it is none. */
export function readDefinition(text: string): Definition | string {
  if (text.length > longestText) return `a definition has at most ${longestText} characters, found ${text.length}`
  try {
    const r = new Reader(text)
    const name = r.name()
    const params = r.list(() => r.name())
    r.expect('=')
    const body = r.expr()
    if (r.next !== undefined) return `unexpected "${r.next}" after the expression`
    if (params.length === 0) return `${name} has no parameter`
    if (new Set(params).size < params.length) return `${name} has two parameters of one name`
    if (name in builtins) return `${name} is there already`
    return { name, params, body }
  } catch (e) {
    if (e instanceof SyntaxError) return e.message
    throw e
  }
}

/** A call with numbers, and the number it should give. */
export interface Test {
  readonly name: string
  readonly args: readonly number[]
  readonly expected: number
}
/** Reads `clamp(5, 0, 3) = 3`; null: it is none. */
export function readTest(text: string): Test | null {
  const m = /^\s*([a-z_][a-z0-9_]*)\s*\(([-\d\s,]*)\)\s*={1,2}\s*(-?\d+)\s*$/i.exec(text)
  if (!m) return null
  const args = m[2].split(',').map(x => x.trim())
  return args.every(x => /^-?\d+$/.test(x)) ? { name: m[1].toLowerCase(), args: args.map(Number), expected: Number(m[3]) } : null
}
export const showCall = (t: Pick<Test, 'name' | 'args'>): string => `${t.name}(${t.args.join(', ')})`
export const showTest = (t: Test): string => `${showCall(t)} = ${t.expected}`

/** An expression as text, with no more brackets than it needs. */
export function showExpr(e: Expr, level = 0): string {
  switch (e.kind) {
    case 'number':
      return String(e.value)
    case 'name':
      return e.name
    case 'minus':
      return `-${showExpr(e.of, levels.length + 1)}`
    case 'call':
      return `${e.name}(${e.args.map(a => showExpr(a)).join(', ')})`
    case 'if': {
      const text = `if ${showExpr(e.when)} then ${showExpr(e.yes)} else ${showExpr(e.no)}`
      return level > 0 ? `(${text})` : text
    }
    case 'op': {
      const own = levelOf(e.op)
      const text = `${showExpr(e.left, own)} ${e.op} ${showExpr(e.right, own + 1)}`
      return own < level ? `(${text})` : text
    }
  }
}
export const showDefinition = (d: Definition): string => `${d.name}(${d.params.join(', ')}) = ${showExpr(d.body)}`

/** Why a program is none: an unknown name, a call with too few arguments. null: it is sound. */
export function unsound(program: readonly Definition[]): string | null {
  const arity = new Map<string, number>(Object.entries(builtins))
  for (const d of program) {
    if (arity.has(d.name)) return `${d.name} is defined twice`
    arity.set(d.name, d.params.length)
  }
  const look = (e: Expr, d: Definition): string | null => {
    if (e.kind === 'name') return d.params.includes(e.name) ? null : `${d.name} does not know "${e.name}"`
    if (e.kind === 'call') {
      const n = arity.get(e.name)
      if (n === undefined) return `there is no function ${e.name}`
      if (n !== e.args.length) return `${e.name} takes ${n} ${n === 1 ? 'argument' : 'arguments'}, found ${e.args.length}`
    }
    for (const part of parts(e)) {
      const why = look(part, d)
      if (why !== null) return why
    }
    return null
  }
  for (const d of program) {
    const why = look(d.body, d)
    if (why !== null) return why
  }
  return null
}

/** The expressions right below one. */
export function parts(e: Expr): readonly Expr[] {
  if (e.kind === 'op') return [e.left, e.right]
  if (e.kind === 'call') return e.args
  if (e.kind === 'if') return [e.when, e.yes, e.no]
  return e.kind === 'minus' ? [e.of] : []
}
