import t from 'tap'
import { decideRegistration } from '../../../shim/api-registration/decide-registration.ts'

const member = (name: string, ...sets: string[]) => ({ name, sets, authorities: '' })

t.test('a set that every shim answers for is registered', async (t) => {
  const members = [member('a', 'new', 'old'), member('b', 'old', 'new')]
  t.strictSame(decideRegistration({ members, current: 'new', registered: 'old' }), { digest: 'new', waitingFor: [] })
  t.strictSame(decideRegistration({ members, current: 'new' }), { digest: 'new', waitingFor: [] })
})

t.test('while a shim does not have it, the set before stays, and the shim is named', async (t) => {
  const members = [member('c', 'old'), member('a', 'new', 'old'), member('b', 'old')]
  const decision = decideRegistration({ members, current: 'new', registered: 'old' })
  t.strictSame(decision, { digest: 'old', waitingFor: ['b', 'c'] })
})

t.test('shims that never agreed register nothing', async (t) => {
  const members = [member('a', 'mine'), member('b', 'other')]
  t.strictSame(decideRegistration({ members, current: 'mine' }), { waitingFor: ['b'] })
})
