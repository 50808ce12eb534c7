// Lets a page's programs import `espalier` and its doors from the sources, so that what is tested is what lies here and not what was built last.
import { readFileSync } from 'node:fs'
import { registerHooks } from 'node:module'

const root = new URL('../../', import.meta.url)
const { exports } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'))
const doors = new Map(
  Object.entries(exports)
    .filter(([, to]) => typeof to === 'object')
    .map(([door, to]) => [`espalier${door.slice(1)}`, new URL(to.default.replace(/^\.\/dist\/(.*)\.js$/, 'src/$1.ts'), root).href]),
)
registerHooks({
  resolve: (name, context, next) => next(doors.get(name) ?? name, context),
})
