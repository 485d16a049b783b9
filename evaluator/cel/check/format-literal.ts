import type { Expr } from '../syntax/ast.ts'
import { partsOf } from '../syntax/walk.ts'
import type { Checked, CheckedCall } from './checker.ts'

const INTEGERS = ['int', 'uint']
const DOUBLES = ['double', 'string']
const TAKEN: Readonly<Record<string, readonly string[]>> = {
  s: ['list', 'map', 'int', 'uint', 'double', 'bool', 'string', 'bytes', 'type', 'null_type'].concat(
    'google.protobuf.Timestamp',
    'google.protobuf.Duration',
  ),
  d: INTEGERS,
  f: DOUBLES,
  e: DOUBLES,
  b: [...INTEGERS, 'bool'],
  x: [...INTEGERS, 'string', 'bytes'],
  X: [...INTEGERS, 'string', 'bytes'],
  o: INTEGERS,
}

/** What is wrong with `'%d'.format([…])`, both written out: clauses, their number, and the types that they are given. */
export function findFormatProblem({ name, args }: CheckedCall, checked: Checked): string | undefined {
  const [template, list] = args
  if (name !== 'format' || template?.kind !== 'literal' || list?.kind !== 'list') return undefined
  const clauses = [...String(template.value).matchAll(/%(?:%|(?:\.\d+)?(.?))/gsu)]
  const verbs = clauses.filter(([clause]) => clause !== '%%').map(([, verb = '']) => verb)
  const values = list.elements.map(({ value }) => value)
  const problem = verbs.map((verb, i) => describe(verb, values[i], checked)).find((found) => found !== undefined)
  if (problem !== undefined || verbs.length >= values.length) return problem
  return `too many arguments supplied to string.format (expected ${verbs.length}, got ${values.length})`
}

function describe(verb: string, value: Expr | undefined, checked: Checked): string | undefined {
  if (!Object.hasOwn(TAKEN, verb)) return `unrecognized formatting clause "${verb}"`
  if (value === undefined) return 'has more clauses than arguments'
  return findWrongType(value, verb, checked)
}

// `%s` takes lists and maps; of those that are written out, the parts are looked at too.
function findWrongType(value: Expr, verb: string, checked: Checked): string | undefined {
  const { kind, name } = checked.typeOf(value)
  if (kind !== 'dyn' && !TAKEN[verb]?.includes(name)) return `%${verb} formats no ${name}`
  const parts = value.kind === 'list' || value.kind === 'map' ? partsOf(value) : []
  return parts.map((part) => findWrongType(part, verb, checked)).find((found) => found !== undefined)
}
