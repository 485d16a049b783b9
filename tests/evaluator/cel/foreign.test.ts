import fc from 'fast-check'
import t from 'tap'
import { compileMatchConditions } from '../../../evaluator/cel/match-conditions.ts'
import { readRequestVariables } from '../../../evaluator/cel/request-variables.ts'
import { createRequest, readExpressions } from '../../helpers/cel.ts'
import { jsonText } from '../../helpers/json-text.ts'

const WORDS =
  `object oldObject request authorizer namespaceObject spec metadata x has size in true false null 1 -1 2u 1.5
  'a' "b" b'c' r'\\d' '[' . .? [ ] [? ( ) { } , : ? + - * / % ! && || == != < <= > >= all exists exists_one map filter
  sortBy optMap orValue matches find format split replace quantity ip cidr url duration timestamp int string type dyn
  optional.of optional.none() lists.range flatten __proto__ constructor 9223372036854775807 \\ ' """ é 😀`.split(/\s+/)

const pieces = readExpressions().map(({ expression }) => expression)
const expressions = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.array(fc.constantFrom(...WORDS), { maxLength: 25 }).map((words) => words.join(' ')),
  // cut somewhere and joined to another: what is nearly right goes deepest
  fc
    .tuple(fc.constantFrom(...pieces), fc.constantFrom(...pieces), fc.nat(60), fc.constantFrom('', '.', ' && ', ' == '))
    .map(([left, right, at, glue]) => left.slice(0, at) + glue + right.slice(at)),
)

function run(expression: string, request: Uint8Array): unknown {
  const conditions = compileMatchConditions([{ name: 'c', expression }])
  if ('problems' in conditions) return conditions.problems.length > 0
  const result = conditions.evaluate(readRequestVariables(request))
  return 'matches' in result ? typeof result.matches === 'boolean' : result.error.condition === 'c'
}

t.test('whatever the expression and the object, the answer is one of those that are foreseen', async (t) => {
  const bytes = jsonText().map((json) => createRequest(json))
  fc.assert(
    fc.property(expressions, bytes, (expression, request) => run(expression, request) === true),
    { numRuns: 3000 },
  )
  t.pass()
})

t.test('expressions nested or chained without end are refused, and do not fill the stack', async (t) => {
  const nested = [
    '('.repeat(5000),
    '!'.repeat(99_000),
    '['.repeat(5000),
    `${'a.'.repeat(40_000)}b`,
    `1${'+1'.repeat(40_000)}`,
  ]
  for (const expression of nested) t.ok('problems' in compileMatchConditions([{ name: 'c', expression }]))
  const tooLong = compileMatchConditions([{ name: 'c', expression: `true ${' '.repeat(100_000)}` }])
  t.match(tooLong, { problems: [{ message: /longer than 100000 characters/ }] })
})

t.test('a long chain of && is no deeper than a short one', async (t) => {
  t.ok(run(`true${' && true'.repeat(10_000)}`, createRequest('{}')))
})

t.test('a pattern that backtracks elsewhere takes no time here', async (t) => {
  t.ok(run(`object.s.matches('^(a+)+$')`, createRequest(`{"s":"${'a'.repeat(50_000)}!"}`)))
})

t.test('a text that would grow beyond all memory is paid for first', async (t) => {
  const request = createRequest(`{"s":"${'a'.repeat(100_000)}"}`)
  t.ok(run("object.s.replace('', object.s) == ''", request))
  t.ok(run('object.s.split("").join(object.s) == ""', request))
  t.ok(run('[object.s.split("")].map(x, [x, x, x, x, x, x, x, x, x, x, x, x]).flatten().flatten().size() > 0', request))
})
