import fc from 'fast-check'
import t from 'tap'
import { compileGroupExpression } from '../../../evaluator/groups/expression.ts'

const MEMBERS = ['signed', 'trusted', 'old']

/** What is wrong, each with the text at which it is. */
function refusals(source: string, members: readonly string[] = MEMBERS): [at: string, message: string][] {
  const compiled = compileGroupExpression(source, members)
  if (!('problems' in compiled)) throw new Error(`${source} is accepted`)
  return compiled.problems.map(({ position, message }) => [source.slice(position), message])
}

t.test('calls of members are combined by &&, ||, !, ==, != and parentheses', async (t) => {
  const compiled = compileGroupExpression('signed() && (!trusted() || old() == true) // why', MEMBERS)
  t.strictSame(compiled, {
    expression: {
      kind: 'and',
      operands: [
        { kind: 'member', name: 'signed' },
        {
          kind: 'or',
          operands: [
            { kind: 'not', operand: { kind: 'member', name: 'trusted' } },
            { kind: 'equals', left: { kind: 'member', name: 'old' }, right: { kind: 'constant', value: true } },
          ],
        },
      ],
    },
    unused: [],
  })
})

t.test('members that the expression never asks are named', async (t) => {
  t.match(compileGroupExpression('trusted() || trusted()', MEMBERS), { unused: ['signed', 'old'] })
  t.match(compileGroupExpression('true', MEMBERS), { unused: MEMBERS })
})

t.test('a member may be called like a function of the language', async (t) => {
  for (const name of ['has', 'all', 'size', 'optional', '__proto__', 'constructor'])
    t.match(compileGroupExpression(`${name}()`, [name]), { expression: { kind: 'member', name } }, name)
})

t.test('what is no member is refused where it stands, and what members there are is said', async (t) => {
  t.strictSame(refusals('signed() && tursted()'), [
    ['tursted()', 'undeclared reference to tursted; the members are signed, trusted, old'],
  ])
  t.match(refusals('size() == 1 && x'), [
    ['size() == 1 && x', /^undeclared reference to size/],
    ['1 && x', /^must evaluate to bool/],
    ['x', /^undeclared reference to x/],
  ])
  t.match(refusals('toString()'), [['toString()', /^undeclared reference to toString/]])
})

t.test('a member has to be called, and without arguments', async (t) => {
  t.strictSame(refusals('signed || trusted()'), [
    ['signed || trusted()', 'signed is a member, which has to be called: signed()'],
  ])
  t.strictSame(refusals('signed(true)'), [['signed(true)', 'signed is a member, and takes no arguments: signed()']])
})

t.test('whatever is no bool, or another part of CEL, is refused', async (t) => {
  for (const source of ["'a'", '1', 'null', '[signed()]', '{true: true}', 'signed() == 1', '!1', 'signed() || 0'])
    t.ok(refusals(source).length > 0, source)
  const others = ['signed() ? trusted() : old()', 'signed() < trusted()', 'true in [true]', '[true].all(x, x)']
  for (const source of [
    ...others,
    '-signed()',
    'signed() + old()',
    'signed().trusted()',
    'true.signed()',
    'a.b',
    '[true][0]',
  ])
    t.match(refusals(source)[0]?.[1], /only calls of members, &&, \|\|, !, ==, !=, parentheses/, source)
})

t.test('what is no CEL at all is refused', async (t) => {
  for (const source of ['', 'signed(', 'signed() &&', 'signed() & old()', 'signed() and old()', '"', 'for()', '(((']) {
    const [problem] = refusals(source)
    t.ok(problem, source)
  }
  t.ok(refusals('('.repeat(100_000)).length > 0)
  t.ok(refusals(`signed()${' == signed()'.repeat(5000)}`).length > 0)
})

t.test('whatever the text, it is compiled or refused, and nothing else happens', async () => {
  const word = fc.constantFrom(
    'signed()',
    'old',
    '(',
    ')',
    '&&',
    '||',
    '!',
    '==',
    '!=',
    'true',
    'has(',
    '.',
    ',',
    '[',
    ' ',
  )
  const source = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(word).map((words) => words.join('')),
  )
  await fc.assert(
    fc.property(source, (text) => {
      const compiled = compileGroupExpression(text, MEMBERS)
      return 'problems' in compiled ? compiled.problems.length > 0 : compiled.unused.length <= MEMBERS.length
    }),
  )
})
