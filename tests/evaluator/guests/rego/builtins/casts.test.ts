import t from 'tap'
import { findBuiltin, listBuiltins } from '../../../../../evaluator/guests/rego/builtins/index.ts'
import { createQuery } from '../../../../../evaluator/guests/rego/builtins/query.ts'
import { toObject, toSet } from '../../../../../evaluator/guests/rego/values/collections.ts'
import type { RegoValue } from '../../../../../evaluator/guests/rego/values/value.ts'

const query = createQuery(() => {})

// opa refuses to compile them since its version 1
t.test('casts hand on what is of their type, and have no value for anything else', async (t) => {
  const values: Record<string, RegoValue> = {
    cast_array: ['a'],
    cast_set: toSet(['a']),
    cast_string: 'a',
    cast_boolean: false,
    cast_object: toObject([['a', 'b']]),
    cast_null: null,
  }
  t.strictSame(
    Object.keys(values).sort(),
    listBuiltins().filter((name) => name.startsWith('cast_')),
  )
  for (const [name, own] of Object.entries(values)) {
    for (const [other, value] of Object.entries(values)) {
      const isOwn = name === other || [name, other].sort().join() === 'cast_array,cast_set'
      if (isOwn) t.doesNotThrow(() => findBuiltin(name)?.([value], query), `${name} takes ${other}`)
      else t.throws(() => findBuiltin(name)?.([value], query), { name: 'NotDefined' }, `${name} does not take ${other}`)
    }
    if (name !== 'cast_set' && name !== 'cast_array') t.equal(findBuiltin(name)?.([own], query), own)
  }
  t.strictSame(findBuiltin('cast_array')?.([toSet(['b', 'a'])], query), ['a', 'b'])
})
