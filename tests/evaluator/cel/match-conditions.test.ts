import t from 'tap'
import { compileMatchConditions, MatchConditions, type MatchResult } from '../../../evaluator/cel/match-conditions.ts'
import { readRequestVariables } from '../../../evaluator/cel/request-variables.ts'
import { createRequest, readObject } from '../../helpers/cel.ts'

const request = createRequest(readObject())

function evaluate(expressions: readonly string[], bytes = request): MatchResult {
  return compile(expressions).evaluate(readRequestVariables(bytes))
}

function compile(expressions: readonly string[]): MatchConditions {
  const compiled = compileMatchConditions(expressions.map((expression, i) => ({ name: `c${i + 1}`, expression })))
  if (!(compiled instanceof MatchConditions)) throw new Error(JSON.stringify(compiled.problems))
  return compiled
}

t.test('a request matches if all conditions are true; none are', async (t) => {
  t.strictSame(evaluate([]), { matches: true })
  t.strictSame(evaluate(['true', "object.kind == 'Thing'"]), { matches: true })
})

t.test('one false condition is enough, whatever the others do', async (t) => {
  t.strictSame(evaluate(['true', 'false']), { matches: false })
  t.strictSame(evaluate(['object.spec.nope == 1', 'false']), { matches: false })
  t.strictSame(evaluate(['false', 'object.spec.nope == 1']), { matches: false })
})

t.test('without a false one, the first that fails is the error', async (t) => {
  t.strictSame(evaluate(['true', 'object.spec.nope == 1', '1 / object.spec.empty.size() == 1']), {
    error: { condition: 'c2', message: 'no such key: nope' },
  })
})

t.test('a condition that asks the authorizer is left to the API server', async (t) => {
  const expression = "authorizer.group('').resource('pods').check('get').allowed()"
  const conditions = compile(['false', expression, "authorizer.requestResource.check('use').allowed()"])
  t.strictSame(
    conditions.needsAuthorizer.map(({ name }) => name),
    ['c2', 'c3'],
  )
  t.strictSame(conditions.evaluate(readRequestVariables(request)), { matches: false })
  t.strictSame(compile([expression]).evaluate(readRequestVariables(request)), { matches: true })
})

t.test('all problems of all conditions are told, each with its place', async (t) => {
  const conditions = [
    { name: 'a', expression: 'objekt.x && request.nope' },
    { name: 'b', expression: 'true' },
    { name: 'c', expression: '1 +' },
    { name: 'd', expression: "authorizer.grupp('')" },
  ]
  const compiled = compileMatchConditions(conditions)
  t.match(compiled, {
    problems: [
      { condition: conditions[0], position: 0, message: "undeclared reference to 'objekt'" },
      { condition: conditions[0], position: 12, message: "undefined field 'nope' of kubernetes.AdmissionRequest" },
      { condition: conditions[2], position: 3, message: 'ends where a name or a value should stand' },
      { condition: conditions[3], position: 0, message: "undeclared reference to 'grupp'" },
    ],
  })
})

t.test('an evaluation that costs more than Kubernetes allows is an error, and no operator hides it', async (t) => {
  const endless = 'lists.range(1000).all(x, lists.range(1000).all(y, x + y >= 0))'
  const error = { error: { condition: 'c1', message: 'operation cancelled: actual cost limit exceeded' } }
  t.strictSame(evaluate([endless]), error)
  t.strictSame(evaluate([`true || ${endless}`]), { matches: true })
  t.strictSame(evaluate([`${endless} || true`]), error)
  t.match(evaluate(['lists.range(9223372036854775807).size() > 0']), { error: { message: /cost/ } })
})

t.test('all conditions share one budget, and beyond it a false one counts no more', async (t) => {
  const dear = 'lists.range(500).all(x, lists.range(200).all(y, x + y >= 0))'
  t.match(evaluate(['false', dear, dear, dear, dear]), { error: { message: /running out of cost budget/ } })
})

t.test('the resource is the one that was asked for, even if the webhook is sent another version of it', async (t) => {
  const changed = createRequest(readObject(), {
    resource: { group: 'example.com', version: 'v2', resource: 'things' },
    kind: { group: 'example.com', version: 'v2', kind: 'Thing' },
  })
  t.strictSame(evaluate(["request.resource.version == 'v1' && request.kind.version == 'v2'"], changed), {
    matches: true,
  })
})

t.test('on DELETE there is no object, only an old one', async (t) => {
  const deleted = Buffer.from(
    JSON.stringify({ operation: 'DELETE', object: null, oldObject: { kind: 'Thing' }, userInfo: {} }),
  )
  t.strictSame(evaluate(['object == null', "oldObject.kind == 'Thing'", '!has(request.name)'], deleted), {
    matches: true,
  })
  t.match(evaluate(["object.kind == 'Thing'"], deleted), { error: { message: 'no such key: kind' } })
})

t.test('a member that an object has by mistake is no member of a map', async (t) => {
  const odd = createRequest('{"__proto__":{"a":1},"constructor":2,"hasOwnProperty":3}')
  t.strictSame(evaluate(['object.__proto__.a == 1', 'object.constructor == 2', '!has(object.toString)'], odd), {
    matches: true,
  })
})

t.test('nor is it a word of the language', async (t) => {
  for (const word of ['constructor', '__proto__', 'toString'])
    t.match(
      compileMatchConditions([{ name: 'c', expression: `${word} == ${word}` }]),
      { problems: [{ message: /undeclared reference/, position: 0 }] },
      word,
    )
})
