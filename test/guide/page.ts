// A page of the guide as what can be run: its files, and its commands with what they say.
import { execFile } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../../', import.meta.url))

export interface Command {
  /** As the page has it: one or more lines for a shell. */
  readonly script: string
  /** What the page shows after it, if it shows anything. */
  readonly shown?: string
  /** Where it stands. */
  readonly line: number
}
export interface Page {
  /** By name: blocks whose first line is a comment with a file name. */
  readonly files: Readonly<Record<string, string>>
  readonly commands: readonly Command[]
  /** Blocks that are neither: nobody runs them. */
  readonly loose: readonly number[]
  /** Other files of the repository that it links to. */
  readonly links: readonly string[]
}

/** Reads a page. A `text` block belongs to the `sh` block before it. */
export function readPage(markdown: string): Page {
  const files: Record<string, string> = {}
  const commands: Command[] = []
  const loose: number[] = []
  const lines = markdown.split('\n')
  let prose = ''
  for (let i = 0; i < lines.length; i++) {
    const fence = /^```(\w*)/.exec(lines[i])
    if (fence === null) {
      prose += `${lines[i]}\n`
      continue
    }
    const line = i + 1
    const body: string[] = []
    for (i++; i < lines.length && !lines[i].startsWith('```'); i++) body.push(lines[i])
    const text = `${body.join('\n')}\n`
    const name = /^(?:\/\/|#) (\S+\.\w+)$/.exec(body[0] ?? '')?.[1]
    const last = commands.at(-1)
    if (fence[1] === 'sh') commands.push({ script: text, line })
    else if (name !== undefined) files[name] = text
    else if (fence[1] === 'text' && last !== undefined && last.shown === undefined) commands[commands.length - 1] = { ...last, shown: text }
    else loose.push(line)
  }
  const links = [...prose.matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)].map(m => m[1])
  return { files, commands, loose, links }
}

export interface Folder {
  readonly path: string
  /** Runs a script as a reader's shell would; both outputs in one, as a terminal shows them. */
  shell(script: string): Promise<{ code: number; said: string }>
  remove(): void
}

/** A folder in which `espalier` is installed, as far as the page can tell. */
export function makeFolder(files: Readonly<Record<string, string>>): Folder {
  const path = mkdtempSync(join(tmpdir(), 'espalier-guide-'))
  const bin = join(path, '.bin')
  const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { exports: Record<string, unknown> }
  const pinned = join(root, 'node_modules/node/bin/node')
  mkdirSync(bin)
  symlinkSync(join(root, 'node_modules'), join(path, 'node_modules'))
  symlinkSync(pinned, join(bin, 'node'))
  writeFileSync(
    join(bin, 'npx'),
    `#!/bin/sh
case "$1" in
  espalier) shift; exec node "${root}bin/espalier.mjs" "$@" ;;
  tsc) exec node "${root}node_modules/typescript/bin/tsc" -p . --pretty false ;;
esac
exit 127
`,
  )
  chmodSync(join(bin, 'npx'), 0o755)
  writeFileSync(join(path, 'package.json'), '{"type":"module"}')
  const paths = Object.entries(exports).flatMap(([door, to]) =>
    typeof to === 'string'
      ? []
      : [[`espalier${door.slice(1)}`, [(to as { default: string }).default.replace(/^\.\/dist\/(.*)\.js$/, `${root}src/$1.ts`)]]],
  )
  writeFileSync(
    join(path, 'tsconfig.json'),
    JSON.stringify({
      compilerOptions: {
        target: 'esnext',
        module: 'nodenext',
        strict: true,
        noEmit: true,
        skipLibCheck: true,
        erasableSyntaxOnly: true,
        allowImportingTsExtensions: true,
        types: ['node'],
        paths: Object.fromEntries(paths),
      },
      include: ['*.ts'],
    }),
  )
  for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text)
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    PATH: `${bin}${delimiter}${process.env.PATH}`,
    NODE_OPTIONS: `--import=${new URL('sources.mjs', import.meta.url).href}`,
    NO_COLOR: '1',
    // Only its own colours and its own keys: what the machine has set must not show.
    FORCE_COLOR: undefined,
    COLUMNS: undefined,
    ESPALIER_STORE: undefined,
    OPENAI_API_KEY: undefined,
    OPENAI_BASE_URL: undefined,
  }
  return {
    path,
    shell: script =>
      new Promise(resolve => {
        const child = execFile('bash', ['-c', `exec 2>&1\n${script}`], { cwd: path, env }, (e, said) =>
          resolve({ code: e === null ? 0 : typeof e.code === 'number' ? e.code : 1, said }),
        )
        child.stdin?.end()
      }),
    remove: () => rmSync(path, { recursive: true, force: true }),
  }
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
const runId = /\br-[0-9a-z]{8,}\b/g

/** What stands in a page for what is another each time: run ids, once seen; addresses. */
export class Stands {
  readonly #ids = new Map<string, string>()
  readonly #always: readonly (readonly [page: string, here: string])[]
  constructor(always: readonly (readonly [string, string])[] = []) {
    this.#always = always
  }
  /** A page's text as it is to be run here. */
  here(text: string): string {
    let out = text
    for (const [page, here] of [...this.#ids, ...this.#always]) out = out.replaceAll(page, here)
    return out
  }
  /** What was said, in the page's words: ids that the page shows at these places are learnt. Times of day become those of the page. */
  agree(shown: string, said: string): { like: boolean; said: string } {
    let text = said
    for (const [page, here] of this.#always) text = text.replaceAll(here, page)
    const unknown = [...new Set(shown.match(runId) ?? [])].filter(id => !this.#ids.has(id))
    const known = new Set(this.#ids.values())
    const fresh = [...new Set(text.match(runId) ?? [])].filter(id => !known.has(id))
    unknown.forEach((id, i) => {
      if (fresh[i] !== undefined) this.#ids.set(id, fresh[i])
    })
    for (const [page, here] of this.#ids) text = text.replaceAll(here, page)
    const pattern = escaped(shown.trimEnd())
      .replaceAll('…', '[\\s\\S]*?')
      .replace(/\d{4}-\d\d-\d\d \d\d:\d\d/g, '\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d')
    return { like: new RegExp(`^${pattern}$`).test(text.trimEnd()), said: text }
  }
}
