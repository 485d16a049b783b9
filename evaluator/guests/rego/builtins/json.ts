import { scanJson } from '../../../../util/json-scan.ts'
import { type Indentation, toGoJson } from '../go/json.ts'
import { applyPatch } from '../patch/apply-patch.ts'
import type { RegoEntry, RegoObject, RegoValue } from '../values/value.ts'
import { type Builtins, NotDefined } from './builtin.ts'
import { limitCharacters } from './limits.ts'
import { arrayAt, memberOf, objectAt, valueAt } from './operands.ts'

/** https://www.openpolicyagent.org/docs/policy-reference/builtins/object */
export const JSON_DOCUMENTS: Builtins = {
  'json.is_valid': (args) => {
    const text = valueAt(args, 0)
    return typeof text === 'string' && isJson(text)
  },
  'json.marshal_with_options': (args) => marshal(valueAt(args, 0), objectAt(args, 1)),
  'json.patch': (args) => applyPatch(valueAt(args, 0), arrayAt(args, 1)),
}

function isJson(text: string): boolean {
  try {
    scanJson(Buffer.from(text))
    return true
  } catch {
    return false
  }
}

function marshal(value: RegoValue, options: RegoObject): string {
  const { isPretty, prefix, indent } = readOptions(options)
  if (!isPretty) return toGoJson(value)
  const text = prefix + toGoJson(value, { prefix, indent })
  limitCharacters(text.length)
  return text
}

const MAX_INDENTATION = 100

// A prefix or an indentation asks for line breaks, unless `pretty` says otherwise.
function readOptions(options: RegoObject): Indentation & { readonly isPretty: boolean } {
  if (!options.entries.every(isOption)) throw new NotDefined('an unknown option')
  const [prefix, indent, pretty] = ['prefix', 'indent', 'pretty'].map((name) => memberOf(options, name))
  const isPretty = typeof pretty === 'boolean' ? pretty : prefix !== undefined || indent !== undefined
  return { prefix: readIndentation(prefix, ''), indent: readIndentation(indent, '\t'), isPretty }
}

function isOption([key, value]: RegoEntry): boolean {
  return key === 'pretty'
    ? typeof value === 'boolean'
    : (key === 'prefix' || key === 'indent') && typeof value === 'string'
}

function readIndentation(value: RegoValue | undefined, fallback: string): string {
  if (typeof value !== 'string') return fallback
  if (value.length > MAX_INDENTATION) limitCharacters(Number.POSITIVE_INFINITY)
  return value
}
