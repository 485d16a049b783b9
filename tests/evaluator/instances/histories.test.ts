import fc from 'fast-check'
import t from 'tap'
import {
  createParkedInstances,
  type EvaluatedPolicy,
  evaluate,
  type PolicyLogLine,
} from '../../../evaluator/evaluate.ts'
import { WAPC } from '../../../evaluator/guests/wapc.ts'
import type { ParkedInstances } from '../../../evaluator/instances/parked-instances.ts'
import { createPolicy, createRequest } from '../../helpers/evaluations.ts'
import { buildGuest } from '../../helpers/guests.ts'

const policy = await createPolicy(buildGuest('obedient'))
// of the same module, so that one instance serves both
const other = { ...policy, id: 'other', settings: Buffer.from('{"secret":"of the other policy"}') }

/** What a guest answers and logs that has been given these orders. */
function obey(policy: EvaluatedPolicy, orders: string, instances?: ParkedInstances) {
  const lines: PolicyLogLine[] = []
  const observer = (line: PolicyLogLine) => lines.push(line)
  return { response: evaluate(policy, createRequest(JSON.stringify(`#${orders}`)), observer, instances), lines }
}

t.test('whatever requests came before, a guest that was put back answers as a fresh one', async (t) => {
  t.ok(policy.module.restorable)
  const order = fc.integer({ min: 0x41, max: 0x5a }).map((code) => String.fromCharCode(code))
  const history = fc.array(fc.string({ unit: order, maxLength: 24 }), { minLength: 2, maxLength: 8 })
  const digests = new Set<string>()
  fc.assert(
    fc.property(history, (history) => {
      const instances = createParkedInstances()
      return history.every((orders, index) => {
        const asked = orders.length % 2 === 0 ? policy : other
        const fresh = obey(asked, orders)
        digests.add(fresh.response.status?.message ?? '')
        const parked = obey(asked, orders, instances)
        // now and then nobody cleans behind it in time
        if (index % 3 !== 2) instances.clean()
        return JSON.stringify(parked) === JSON.stringify(fresh)
      })
    }),
    { numRuns: 100 },
  )
  t.ok(digests.size > 100, `${digests.size} different answers`)
  t.ok([...digests].every((digest) => /^[a-p]{8}$/.test(digest)))
})

t.test('the guest would notice: on an instance that is not put back it answers otherwise', async (t) => {
  const orders = ['A', 'B', 'C', 'D', 'E', 'F', 'G'].map((order) => order.repeat(3))
  for (const order of orders) {
    const guest = WAPC.instantiate(policy.module, { callHost: () => new Uint8Array(), console() {} })
    const request = createRequest(JSON.stringify(`#${order}`))
    const [first, second] = [guest.validate(request, policy.settings), guest.validate(request, policy.settings)]
    t.not(first.status?.message, second.status?.message, order)
  }
})
