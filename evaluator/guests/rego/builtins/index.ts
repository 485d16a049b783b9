import type { Builtin, Builtins } from './builtin.ts'
import { ENCODING } from './encoding.ts'
import { GLOB } from './glob.ts'
import { JSON_DOCUMENTS } from './json.ts'
import { LOG } from './log.ts'
import { REGEX } from './regex.ts'
import { SEMVER } from './semver.ts'
import { STRINGS } from './strings.ts'
import { TIME } from './time.ts'
import { YAML } from './yaml.ts'

const GROUPS: readonly Builtins[] = [ENCODING, GLOB, JSON_DOCUMENTS, LOG, REGEX, SEMVER, STRINGS, TIME, YAML]

/** The names of all built-ins that modules may ask for. */
export function listBuiltins(): readonly string[] {
  return GROUPS.flatMap((group) => Object.keys(group)).sort()
}

export function findBuiltin(name: string): Builtin | undefined {
  return GROUPS.find((group) => Object.hasOwn(group, name))?.[name]
}
