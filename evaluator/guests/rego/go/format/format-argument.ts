import { type Directive, pad } from './directive.ts'
import { formatFloat } from './format-float.ts'
import { formatInteger } from './format-integer.ts'
import { formatText } from './format-text.ts'

/** What Rego hands to `sprintf`: a number with a point or an exponent is a float; anything but text is shown as text. */
export type Argument = string | bigint | number

/** Formats one argument by a directive. What Go cannot do, it says in the text: `%!d(string=hi)`. */
export function formatArgument(arg: Argument, directive: Directive): string {
  if (directive.verb === 'T') return pad(typeNameOf(arg), directive)
  return formatByType(arg, directive) ?? `%!${directive.verb}(${showWithType(arg)})`
}

/** `string=hi`, `int=3`: as Go complains. */
export function showWithType(arg: Argument): string {
  const show = {
    plus: false,
    minus: false,
    sharp: false,
    space: false,
    zero: false,
    width: undefined,
    precision: undefined,
  }
  return `${typeNameOf(arg)}=${formatByType(arg, { ...show, verb: 'v' }) ?? ''}`
}

function formatByType(arg: Argument, directive: Directive): string | undefined {
  if (typeof arg === 'string') return formatText(arg, directive)
  return typeof arg === 'bigint' ? formatInteger(arg, directive) : formatFloat(arg, directive)
}

const MAX_INT64 = 2n ** 63n - 1n

function typeNameOf(arg: Argument): string {
  if (typeof arg === 'string') return 'string'
  if (typeof arg === 'number') return 'float64'
  return arg > MAX_INT64 || arg < -MAX_INT64 - 1n ? '*big.Int' : 'int64'
}
