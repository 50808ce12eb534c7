// A quarter of the methods; what they are held to is in fixture/conformance.ts.
import { describe } from 'vitest'
import { conforms, share } from './fixture/conformance.ts'
import { methods } from './index.ts'

describe.each(share(methods, 2))('%s', conforms)
