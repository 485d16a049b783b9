import type { Test } from 'tap'
import { evaluateWithHost, evaluateWithOpa } from './rego.ts'

export interface Expressions {
  /** Those that have a value. */
  readonly values?: readonly string[]
  /** Those that have none, because a built-in reports an error. */
  readonly undefined?: readonly string[]
}

/** Evaluates expressions of Rego by opa itself and by our host: equal values, and none where there is none. */
export async function checkSameAsOpa(t: Test, { values = [], undefined: without = [] }: Expressions): Promise<void> {
  const expressions = [...values, ...without]
  const rules = expressions.map((expression, index) => `values["${index}"] := x if x := ${expression}`)
  const rego = ['package policy', ...rules].join('\n')
  const expected = await evaluateWithOpa(rego, 'data.policy.values', { request: {} })
  const found = await evaluateWithHost(rego, {})
  for (const [index, expression] of expressions.entries()) {
    t.strictSame(memberOf(found, index), memberOf(expected, index), expression)
    t.equal(memberOf(expected, index) !== undefined, index < values.length, `${expression}: has a value or not`)
  }
}

/**
 * Calls built-ins with operands that come with the input, by opa itself and by our host.
 * @param calls per built-in, lists of operands
 */
export async function checkCallsSameAsOpa(
  t: Test,
  calls: Readonly<Record<string, readonly unknown[][]>>,
): Promise<void> {
  const rules = Object.entries(calls).map(([name, operands]) => {
    const list = (operands[0] ?? []).map((_, place) => `c[${place}]`).join(', ')
    return `values["${name}"][i] := x if { some i, c in input.request["${name}"]; x := ${name}(${list}) }`
  })
  const rego = ['package policy', ...rules].join('\n')
  const expected = await evaluateWithOpa(rego, 'data.policy.values', { request: calls })
  const found = await evaluateWithHost(rego, calls)
  for (const [name, operands] of Object.entries(calls)) {
    const different = operands.flatMap((operand, index) => {
      const [ours, theirs] = [found, expected].map((values) => memberOf(memberOf(values, name), index))
      return isSame(ours, theirs) ? [] : [{ operand, ours, theirs }]
    })
    t.strictSame(different, [], `${name}: ${operands.length} calls`)
  }
}

function memberOf(values: unknown, key: string | number): unknown {
  return typeof values === 'object' && values !== null ? (values as Record<string | number, unknown>)[key] : undefined
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(sorted(one)) === JSON.stringify(sorted(other))
}

// The members of objects come in no order.
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).toSorted(([left], [right]) => (left < right ? -1 : 1))
  return entries.map(([name, member]) => [name, sorted(member)])
}
