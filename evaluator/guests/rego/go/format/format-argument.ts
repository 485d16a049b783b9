import { createDirective, type Directive } from './directive.ts'
import { formatFloat } from './format-float.ts'
import { formatInteger } from './format-integer.ts'
import { formatText } from './format-text.ts'

/** What Rego hands to `sprintf`: a number with a point or an exponent is a float; anything but text is shown as text. */
export type Argument = string | bigint | number

/** Formats one argument by a directive. What Go cannot do, it says in the text: `%!d(string=hi)`. */
export function formatArgument(arg: Argument, directive: Directive): string {
  if (directive.verb === 'T') return formatText(typeNameOf(arg), { ...directive, verb: 's' }) ?? ''
  const { verb } = directive
  // large integers format themselves
  if (isLarge(arg))
    return LARGE_VERBS.has(verb)
      ? (formatByType(arg, { ...directive, verb: verb === 's' ? 'd' : verb }) ?? '')
      : `%!${verb}(big.Int=${arg})`
  return formatByType(arg, directive) ?? `%!${verb}(${showWithType(arg, directive)})`
}

/** `string=hi`, `int64=3`: as Go complains, with the flags and sizes that were asked for. */
export function showWithType(arg: Argument, directive = createDirective()): string {
  return `${typeNameOf(arg)}=${formatByType(arg, { ...directive, verb: plainVerbOf(arg) }) ?? ''}`
}

function plainVerbOf(arg: Argument): string {
  if (typeof arg === 'string') return 's'
  return typeof arg === 'bigint' ? 'd' : 'g'
}

function formatByType(arg: Argument, directive: Directive): string | undefined {
  // with `v`, a plus asks for the names of fields
  const asked = directive.verb === 'v' ? { ...directive, plus: false } : directive
  if (typeof arg === 'string') return formatText(arg, asked)
  return typeof arg === 'bigint' ? formatInteger(arg, asked) : formatFloat(arg, asked)
}

const MAX_INT64 = 2n ** 63n - 1n
const LARGE_VERBS = new Set('bodxXOsv')

const isLarge = (arg: Argument) => typeof arg === 'bigint' && (arg > MAX_INT64 || arg < -MAX_INT64 - 1n)

function typeNameOf(arg: Argument): string {
  if (typeof arg === 'string') return 'string'
  if (typeof arg === 'number') return 'float64'
  return isLarge(arg) ? '*big.Int' : 'int64'
}
