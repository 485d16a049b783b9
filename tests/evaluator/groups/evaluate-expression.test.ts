import { compileFunction } from 'node:vm'
import fc from 'fast-check'
import t from 'tap'
import { evaluateExpression, type Truth } from '../../../evaluator/groups/evaluate-expression.ts'
import { compileGroupExpression } from '../../../evaluator/groups/expression.ts'

const MEMBERS = ['a', 'b', 'c', 'd']

interface Evaluation {
  readonly truth: Truth
  /** The members in the order in which they were asked. */
  readonly asked: readonly string[]
}

async function evaluate(source: string, truths: Readonly<Record<string, Truth>>): Promise<Evaluation> {
  const compiled = compileGroupExpression(source, MEMBERS)
  if ('problems' in compiled) throw new Error(`${source}: ${compiled.problems[0]?.message}`)
  const asked: string[] = []
  const truth = await evaluateExpression(compiled.expression, async (member) => {
    asked.push(member)
    return truths[member] ?? false
  })
  return { truth, asked }
}

/** The same by JavaScript, whose operators have the same precedence, order and short circuits. */
function evaluateAsJavaScript(source: string, truths: Readonly<Record<string, Truth>>): Evaluation {
  const asked: string[] = []
  const call = (member: string) => () => {
    asked.push(member)
    return truths[member]
  }
  const run = compileFunction(`return ${source}`, MEMBERS)
  return { truth: run(...MEMBERS.map(call)) as boolean, asked }
}

const source = fc.letrec<{ text: string }>((tie) => ({
  text: fc.oneof(
    { depthSize: 'medium' },
    fc.constantFrom('true', 'false', 'a()', 'b()', 'c()', 'd()'),
    fc.constantFrom('a()', 'b()', 'c()', 'd()'),
    fc.tuple(tie('text'), fc.constantFrom(' && ', ' || ', '==', ' != '), tie('text')).map((parts) => parts.join('')),
    tie('text').map((text) => `(${text})`),
    tie('text').map((text) => `!(${text})`),
    fc.constantFrom('!a()', '!b()', '!!c()', '!true'),
  ),
})).text

const truths = (truth: fc.Arbitrary<Truth>) => fc.record({ a: truth, b: truth, c: truth, d: truth })
const isDecided = fc.boolean()
const isAny = fc.constantFrom<Truth>(true, false, 'undecided')

t.test('members are asked from left to right, and only while their answers matter', async (t) => {
  t.strictSame(await evaluate('a() && b() && c()', { a: true }), { truth: false, asked: ['a', 'b'] })
  t.strictSame(await evaluate('a() || b() || c()', { b: true }), { truth: true, asked: ['a', 'b'] })
  t.strictSame(await evaluate('a() || b() && c()', {}), { truth: false, asked: ['a', 'b'] })
  t.strictSame(await evaluate('(a() == b()) != c()', { c: true }), { truth: false, asked: ['a', 'b', 'c'] })
  t.strictSame(await evaluate('false && a()', {}), { truth: false, asked: [] })
})

t.test('any expression means what JavaScript makes of it', async () => {
  await fc.assert(
    fc.asyncProperty(source, truths(isDecided), async (text, members) => {
      const [ours, reference] = [await evaluate(text, members), evaluateAsJavaScript(text, members)]
      return JSON.stringify(ours) === JSON.stringify(reference)
    }),
    { numRuns: 2000 },
  )
})

t.test('an undecided member counts as false, but its opposite does not count as true', async (t) => {
  const undecided = { a: 'undecided' as const, b: true }
  t.match(await evaluate('a()', undecided), { truth: 'undecided' })
  t.match(await evaluate('a() || b()', undecided), { truth: true })
  t.strictSame(await evaluate('a() && b()', undecided), { truth: 'undecided', asked: ['a'] })
  for (const opposite of ['!a()', 'a() == false', 'a() != b()', '!(a() && b())', '!a() || c()'])
    t.match(await evaluate(opposite, undecided), { truth: 'undecided' }, opposite)
  t.match(await evaluate('!a() || b()', undecided), { truth: true })
})

t.test('what is accepted would be accepted whatever an undecided member had said', async () => {
  await fc.assert(
    fc.asyncProperty(source, truths(isAny), truths(isDecided), async (text, members, decided) => {
      const { truth } = await evaluate(text, members)
      if (truth === 'undecided') return true
      const entries = Object.entries(members).map(([name, value]) => [
        name,
        value === 'undecided' ? decided[name as 'a'] : value,
      ])
      return evaluateAsJavaScript(text, Object.fromEntries(entries)).truth === truth
    }),
    { numRuns: 2000 },
  )
})

t.test('an expression of thousands of parts is evaluated', async (t) => {
  const { truth, asked } = await evaluate(`a()${' || a()'.repeat(5000)}`, {})
  t.equal(truth, false)
  t.equal(asked.length, 5001)
})
