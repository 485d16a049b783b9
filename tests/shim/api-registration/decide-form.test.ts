import t from 'tap'
import { decideForm } from '../../../shim/api-registration/decide-form.ts'

const shims = [
  { name: 'b', aliveMs: 60_000 },
  { name: 'a', aliveMs: 60_000 },
]
const facts = { shims, policyServers: 1, returnMs: 30_000 }
const gone = (name: string) => ({ name, aliveMs: undefined })
const URL_FORM = { form: 'url', absent: [] } as const

t.test('while all shims live, API servers ask on their sockets', async (t) => {
  t.strictSame(decideForm(facts), URL_FORM)
  t.strictSame(decideForm({ ...facts, registered: 'url' }), URL_FORM)
})

t.test('one shim that is gone, or none that ever was, and the Service takes over at once', async (t) => {
  t.strictSame(decideForm({ ...facts, registered: 'url', shims: [...shims, gone('d'), gone('c')] }), {
    form: 'service',
    absent: ['c', 'd'],
  })
  t.strictSame(decideForm({ ...facts, shims: [] }), { form: 'service', absent: [] })
})

t.test('shims that are back are trusted when they have lived for a while, and not before', async (t) => {
  const back = (aliveMs: number) => [...shims, { name: 'c', aliveMs }]
  t.equal(decideForm({ ...facts, registered: 'service', shims: back(29_999) }).form, 'service')
  t.equal(decideForm({ ...facts, registered: 'service', shims: back(30_000) }).form, 'url')
  t.equal(decideForm({ ...facts, registered: 'url', shims: back(0) }).form, 'url', 'a new shim moves nobody')
})

t.test('without a policy server that can answer, nobody is sent to the Service', async (t) => {
  const nobody = { ...facts, policyServers: 0, shims: [gone('a')] }
  t.strictSame(decideForm(nobody), URL_FORM)
  t.strictSame(decideForm({ ...nobody, registered: 'service' }), URL_FORM)
})
