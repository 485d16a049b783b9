import t from 'tap'
import { createRequest, evaluateLogged } from '../../../../helpers/evaluations.ts'
import { buildRegoPolicy } from '../../../../helpers/rego.ts'

const MIB = 1024 * 1024

/** What is said of a policy that evaluates an expression, whatever its value. */
async function outcomeOf(expression: string): Promise<string> {
  const rego = `package policy
    main := {"response": {"allowed": true, "status": {"message": type_name(value)}}}
    default value := "undefined"
    value := x if x := ${expression}`
  const policy = await buildRegoPolicy('opa', rego, { memoryLimitBytes: 128 * MIB })
  return evaluateLogged(policy, createRequest('{}')).message ?? ''
}

t.test('a few characters cannot ask for gigabytes: the evaluation ends, and is no undefined value', async (t) => {
  const texts = [
    'sprintf("%999999d%999999d%999999d%999999d%999999d", [1, 2, 3, 4, 5])',
    'sprintf("%.999999f%.999999f%.999999f%.999999f%.999999f", [1.5, 1.5, 1.5, 1.5, 1.5])',
    'regex.replace(sprintf("%099999d", [0]), "0", sprintf("%0999d", [0]))',
  ]
  for (const text of texts) t.match(await outcomeOf(text), /a built-in would make a text of \d+ characters/, text)
  const lists = [
    'numbers.range_step(0, 9007199254740993, 1)',
    'net.cidr_expand("10.0.0.0/8")',
    'net.cidr_expand("::/0")',
    'graph.reachable_paths({x: [y | some y in numbers.range(1, 12); y != x] | some x in numbers.range(1, 12)}, [1])',
    'yaml.unmarshal(concat("\\n", ["a: &a [1,1,1,1,1,1,1,1,1]", "b: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]", "c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]", "d: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]", "e: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]", "f: [*e,*e,*e,*e,*e,*e,*e,*e,*e]"]))',
  ]
  for (const list of lists) t.match(await outcomeOf(list), /a built-in would make a list of \S+ members/, list)
})

t.test('an alias that is part of what it names ends the evaluation', async (t) => {
  t.match(await outcomeOf('yaml.unmarshal("a: &a [*a]")'), /undefined|a built-in would make a list|call stack/)
})

t.test('patterns take time in proportion to the text', async (t) => {
  const evil = 'regex.find_n("(a+)+$", sprintf("%s!", [replace(sprintf("%05000d", [0]), "0", "a")]), -1)'
  t.equal(await outcomeOf(evil), 'array')
})

t.test('values that are too deep end the evaluation, not the thread', async (t) => {
  const deep =
    'yaml.marshal(json.unmarshal(sprintf("%s%s", [replace(sprintf("%03000d", [0]), "0", "["), replace(sprintf("%03000d", [0]), "0", "]")])))'
  t.match(await outcomeOf(deep), /undefined|call stack|string|aborted|trapped/)
})

t.test('patterns that come with the request do not fill the heap', async (t) => {
  const patterns =
    '[1 | some i in numbers.range(1, 100); regex.find_n(sprintf("x%d|(\\\\pL{1000})", [i]), replace(sprintf("%04000d", [0]), "0", "a"), 1)]'
  t.equal(await outcomeOf(patterns), 'array')
})
