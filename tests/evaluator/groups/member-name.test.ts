import t from 'tap'
import { describeMemberName } from '../../../evaluator/groups/member-name.ts'

t.test('what CEL can call is a name', async (t) => {
  for (const name of ['a', '_', 'signed_by_alice', 'B2', '__proto__', 'has', 'all'])
    t.equal(describeMemberName(name), undefined, name)
})

t.test('what CEL cannot call is none, and the message is the one that Kubewarden gives', async (t) => {
  for (const name of ['', '2a', 'a-b', 'a.b', 'a/b', 'ä', ' a', 'a\n', 'true', 'null', 'in', 'for', 'namespace'])
    t.match(describeMemberName(name), /^policy group member name is invalid: /, JSON.stringify(name))
})
