import t from 'tap'
import { formatProblem, throwProblems } from '../../util/problems.ts'

t.test('a problem names file, line, field and what is wrong, as far as they are known', async (t) => {
  t.equal(
    formatProblem({ file: 'policies.yml', line: 12, field: 'a.rules[0].operations', message: 'is missing' }),
    'policies.yml:12: a.rules[0].operations: is missing',
  )
  t.equal(formatProblem({ field: '--port', message: 'must be 1–65535' }), '--port: must be 1–65535')
  t.equal(formatProblem({ message: 'nothing else' }), 'nothing else')
})

t.test('all problems are thrown together, under one code', async (t) => {
  t.throws(
    () => throwProblems('ERR_POLICIES_INVALID', [{ message: 'one' }, { field: 'b', message: 'two' }], 'fix both'),
    {
      code: 'ERR_POLICIES_INVALID',
      message: '2 problems:\n  one\n  b: two',
      hint: 'fix both',
    },
  )
})

t.test('no problem throws nothing', async (t) => {
  t.doesNotThrow(() => throwProblems('ERR_POLICIES_INVALID', []))
})
