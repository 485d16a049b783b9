import type { Builtin, Builtins } from './builtin.ts'
import { CASTS } from './casts.ts'
import { CRYPTO } from './crypto.ts'
import { ENCODING } from './encoding.ts'
import { GLOB } from './glob.ts'
import { GRAPHS } from './graphs.ts'
import { JSON_DOCUMENTS } from './json.ts'
import { JWT } from './jwt.ts'
import { LOG } from './log.ts'
import { NET } from './net.ts'
import { NUMBERS } from './numbers.ts'
import { OBJECTS } from './objects.ts'
import { REGEX } from './regex.ts'
import { RUNTIME } from './runtime.ts'
import { SEMVER } from './semver.ts'
import { STRINGS } from './strings.ts'
import { TIME } from './time.ts'
import { UNITS } from './units.ts'
import { URI } from './uri.ts'
import { UUID } from './uuid.ts'
import { YAML } from './yaml.ts'

const GROUPS: readonly Builtins[] = [
  CASTS,
  CRYPTO,
  ENCODING,
  GLOB,
  GRAPHS,
  JSON_DOCUMENTS,
  JWT,
  LOG,
  NET,
  NUMBERS,
  OBJECTS,
  REGEX,
  RUNTIME,
  SEMVER,
  STRINGS,
  TIME,
  UNITS,
  URI,
  UUID,
  YAML,
]

/** The names of all built-ins that modules may ask for. */
export function listBuiltins(): readonly string[] {
  return GROUPS.flatMap((group) => Object.keys(group)).sort()
}

export function findBuiltin(name: string): Builtin | undefined {
  return GROUPS.find((group) => Object.hasOwn(group, name))?.[name]
}
