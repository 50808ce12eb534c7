// A quarter of the methods that promise something; how it is tested is in fixture/promises.ts.
import { describe } from 'vitest'
import { share } from './fixture/conformance.ts'
import { keepsPromises, promising } from './fixture/promises.ts'
import { methods } from './index.ts'

describe.each(share(promising(methods), 2))('%s', keepsPromises)
