import t from 'tap'
import type { LeaseSpec } from '../../../kube/lease/lease.ts'
import { holdLease, isHeldByOther, observe, releaseLease } from '../../../kube/lease/next-lease.ts'

const now = new Date('2026-01-01T00:00:00.123Z')
const us = { identity: 'us', leaseDurationSeconds: 15 }
const theirs: LeaseSpec = {
  holderIdentity: 'them',
  leaseDurationSeconds: 10,
  acquireTime: '2025-01-01T00:00:00.000000Z',
  renewTime: '2025-01-01T00:00:00.000000Z',
  leaseTransitions: 4,
}

t.test('a lease that nobody has is taken, and the times are as Kubernetes writes them', async (t) => {
  t.strictSame(holdLease(undefined, us, now), {
    holderIdentity: 'us',
    leaseDurationSeconds: 15,
    acquireTime: '2026-01-01T00:00:00.123000Z',
    renewTime: '2026-01-01T00:00:00.123000Z',
    leaseTransitions: 0,
  })
})

t.test('a renewal keeps since when it is held; taking it over counts', async (t) => {
  const ours = { ...theirs, holderIdentity: 'us' }
  t.match(holdLease(ours, us, now), { acquireTime: ours.acquireTime, leaseTransitions: 4 })
  t.match(holdLease(theirs, us, now), { acquireTime: '2026-01-01T00:00:00.123000Z', leaseTransitions: 5 })
})

t.test(
  'it is free when it has looked the same for its duration by our own clock, however old it says it is',
  async (t) => {
    const observed = observe(undefined, theirs, 1000)
    t.ok(isHeldByOther(observed, us, 10_999))
    t.notOk(isHeldByOther(observe(observed, { ...theirs }, 5000), us, 11_000))
    const renewed = observe(observed, { ...theirs, renewTime: '2025-01-01T00:00:02.000000Z' }, 5000)
    t.ok(isHeldByOther(renewed, us, 14_999))
  },
)

t.test('our own is never in our way, and neither is one that was given up', async (t) => {
  t.notOk(isHeldByOther(observe(undefined, { ...theirs, holderIdentity: 'us' }, 0), us, 0))
  const released = releaseLease(theirs, now)
  t.match(released, { holderIdentity: '', leaseDurationSeconds: 1, leaseTransitions: 4 })
  t.notOk(isHeldByOther(observe(undefined, released, 0), us, 0))
})
