import { KEYWORDS, RESERVED } from '../cel-words.ts'

const NAME = /^[_a-zA-Z][_a-zA-Z0-9]*$/

/** Why an expression could not call a member of this name, as the rest of a sentence; undefined when it can. */
export function describeMemberName(name: string): string | undefined {
  if (!NAME.test(name))
    return 'policy group member name is invalid: it must be letters, digits and _, and not start with a digit'
  if (KEYWORDS.has(name) || RESERVED.has(name))
    return `policy group member name is invalid: ${name} is a reserved word of CEL`
  return undefined
}
