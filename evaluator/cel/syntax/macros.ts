import { type Expr, OPERATORS } from './ast.ts'
import { call, comprehension, ident, list, literal, map, memberCall, select } from './build.ts'
import { CelSyntaxError } from './syntax-problem.ts'

/** What a macro is called with. */
interface MacroCall {
  readonly name: string
  readonly target: Expr
  readonly args: readonly Expr[]
  readonly position: number
}

// No name that an expression could write.
const RESULT = '@result'
const UNUSED = '#unused'
const SORT_INPUT = '@__sortBy_input__'

/**
 * What a call of a macro stands for; undefined if it calls no macro. The forms, names and arities of Kubernetes' CEL:
 * the standard ones, those on two variables, those on optionals, and `sortBy`.
 */
export function expandMacro(name: string, args: readonly Expr[], position: number, target?: Expr): Expr | undefined {
  if (target === undefined) return name === 'has' && args.length === 1 ? expandHas(args[0] as Expr) : undefined
  const expand = Object.hasOwn(MACROS, `${name}/${args.length}`) ? MACROS[`${name}/${args.length}`] : undefined
  return expand?.({ name, target, args, position })
}

function expandHas(arg: Expr): Expr {
  if (arg.kind === 'select' && !arg.testOnly) return select(arg.operand, arg.field, true)
  throw new CelSyntaxError('has() takes a field, such as has(object.spec)', arg.position)
}

const MACROS: Readonly<Record<string, (macro: MacroCall) => Expr>> = {
  'all/2': all,
  'all/3': all,
  'exists/2': exists,
  'exists/3': exists,
  'exists_one/2': existsOne,
  'existsOne/2': existsOne,
  'exists_one/3': existsOne,
  'existsOne/3': existsOne,
  'map/2': mapList,
  'map/3': mapList,
  'filter/2': filter,
  'transformList/3': transformList,
  'transformList/4': transformList,
  'transformMap/3': (macro) => transformMap(macro, (transform) => [variable(macro, 0), transform]),
  'transformMap/4': (macro) => transformMap(macro, (transform) => [variable(macro, 0), transform]),
  'transformMapEntry/3': (macro) => transformMap(macro, (transform) => [transform]),
  'transformMapEntry/4': (macro) => transformMap(macro, (transform) => [transform]),
  'optMap/2': (macro) => optional(macro, (value) => call('optional.of', [value], macro.position)),
  'optFlatMap/2': (macro) => optional(macro, (value) => value),
  'sortBy/2': sortBy,
}

function all(macro: MacroCall): Expr {
  const { position } = macro
  return loop(macro, quantifierVariables(macro), {
    init: literal(true, position),
    condition: call(OPERATORS.notStrictlyFalse, [result(position)], position),
    step: call(OPERATORS.and, [result(position), last(macro)], position),
  })
}

function exists(macro: MacroCall): Expr {
  const { position } = macro
  return loop(macro, quantifierVariables(macro), {
    init: literal(false, position),
    condition: call(OPERATORS.notStrictlyFalse, [call(OPERATORS.not, [result(position)], position)], position),
    step: call(OPERATORS.or, [result(position), last(macro)], position),
  })
}

function existsOne(macro: MacroCall): Expr {
  const { position } = macro
  const counted = call(OPERATORS.add, [result(position), literal(1n, position)], position)
  return loop(macro, quantifierVariables(macro), {
    init: literal(0n, position),
    step: call(OPERATORS.conditional, [last(macro), counted, result(position)], position),
    result: call(OPERATORS.equals, [result(position), literal(1n, position)], position),
  })
}

function mapList(macro: MacroCall): Expr {
  const step = append(macro, last(macro))
  return loop(macro, [variableName(macro, 0)], {
    init: list([], macro.position),
    step: macro.args.length === 3 ? onlyIf(macro, macro.args[1] as Expr, step) : step,
  })
}

function filter(macro: MacroCall): Expr {
  return loop(macro, [variableName(macro, 0)], {
    init: list([], macro.position),
    step: onlyIf(macro, last(macro), append(macro, variable(macro, 0))),
  })
}

function transformList(macro: MacroCall): Expr {
  const step = append(macro, last(macro))
  return loop(macro, twoVariables(macro), {
    init: list([], macro.position),
    step: macro.args.length === 4 ? onlyIf(macro, macro.args[2] as Expr, step) : step,
  })
}

function transformMap(macro: MacroCall, toArguments: (transform: Expr) => Expr[]): Expr {
  const { position } = macro
  const step = call('cel.@mapInsert', [result(position), ...toArguments(last(macro))], position)
  return loop(macro, twoVariables(macro), {
    init: map([], position),
    step: macro.args.length === 4 ? onlyIf(macro, macro.args[2] as Expr, step) : step,
  })
}

function optional(macro: MacroCall, wrap: (value: Expr) => Expr): Expr {
  const { position, target } = macro
  const value = bind(variableName(macro, 0), memberCall('value', target, []), last(macro))
  return call(
    OPERATORS.conditional,
    [memberCall('hasValue', target, []), wrap(value), call('optional.none', [], position)],
    position,
  )
}

function sortBy(macro: MacroCall): Expr {
  const input = ident(SORT_INPUT, macro.position)
  if (macro.target.kind === 'literal' || macro.target.kind === 'map')
    throw new CelSyntaxError('sortBy() sorts lists only', macro.position)
  const keys = mapList({ ...macro, target: input })
  return bind(SORT_INPUT, macro.target, memberCall('@sortByAssociatedKeys', input, [keys]))
}

// A loop over nothing: its accumulator is a variable with a value.
function bind(name: string, value: Expr, body: Expr): Expr {
  const { position } = body
  return comprehension({
    range: list([], position),
    variable: UNUSED,
    accumulator: name,
    init: value,
    condition: literal(false, position),
    step: ident(name, position),
    result: body,
    position,
  })
}

interface Loop {
  readonly init: Expr
  readonly condition?: Expr
  readonly step: Expr
  readonly result?: Expr
}

function loop({ target, position }: MacroCall, names: readonly string[], parts: Loop): Expr {
  const [name = '', second] = names
  return comprehension({
    range: target,
    variable: name,
    ...(second === undefined ? {} : { variable2: second }),
    accumulator: RESULT,
    condition: literal(true, position),
    result: result(position),
    position,
    ...parts,
  })
}

const result = (position: number) => ident(RESULT, position)
const last = ({ args }: MacroCall) => args[args.length - 1] as Expr

const append = ({ position }: MacroCall, value: Expr) =>
  call(OPERATORS.add, [result(position), list([{ value, isOptional: false }], position)], position)

const onlyIf = ({ position }: MacroCall, condition: Expr, step: Expr) =>
  call(OPERATORS.conditional, [condition, step, result(position)], position)

const quantifierVariables = (macro: MacroCall) =>
  macro.args.length === 3 ? twoVariables(macro) : [variableName(macro, 0)]

function twoVariables(macro: MacroCall): string[] {
  const names = [variableName(macro, 0), variableName(macro, 1)]
  if (names[0] === names[1])
    throw new CelSyntaxError(`${macro.name}() has two variables of the name ${names[0]}`, macro.position)
  return names
}

const variable = (macro: MacroCall, index: number) => ident(variableName(macro, index), macro.position)

function variableName({ name, args, position }: MacroCall, index: number): string {
  const arg = args[index]
  if (arg?.kind === 'ident' && !arg.isGlobal && arg.name !== '__result__') return arg.name
  throw new CelSyntaxError(
    `${name}() takes the name of its variable as argument ${index + 1}`,
    arg?.position ?? position,
  )
}
