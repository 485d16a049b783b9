import t from 'tap'
import type { Lease } from '../../../kube/lease/lease.ts'
import { MemberList } from '../../../shim/api-registration/member-list.ts'

const START = Date.parse('2026-01-01T00:00:00Z')
const HOUR_MS = 3_600_000

const clock = (ms: number) => ({ now: new Date(START + ms), nowMs: ms })

function lease(name: string, renewedMs: number, sets = 'a'): Lease {
  const renewTime = new Date(START + renewedMs).toISOString().replace('Z', '000Z')
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name, annotations: { 'gatehouse.internal/sets': sets } },
    spec: { holderIdentity: name, leaseDurationSeconds: 60, renewTime },
  }
}

const names = (members: readonly { readonly name: string }[]) => members.map(({ name }) => name)

t.test('a shim lives until nobody has seen it renew its lease for as long as the lease lasts', async (t) => {
  const members = new MemberList()
  members.see(lease('b', 0), clock(0))
  members.see(lease('a', 0), clock(0))
  t.strictSame(names(members.alive(clock(59_999))), ['a', 'b'])
  members.see(lease('a', 50_000), clock(50_000))
  members.see(lease('b', 0), clock(50_000))
  t.strictSame(names(members.alive(clock(60_000))), ['a'])
  t.strictSame(names(members.known), ['a', 'b'])
})

t.test('a lease that was left behind long ago keeps nobody waiting, unless it is renewed after all', async (t) => {
  const members = new MemberList()
  members.see(lease('board', -1000 * HOUR_MS), clock(0))
  t.strictSame(members.alive(clock(0)), [])
  // a board without a clock
  members.see(lease('board', -1000 * HOUR_MS + 10_000), clock(10_000))
  t.strictSame(names(members.alive(clock(10_000))), ['board'])
})

t.test('only what a shim says, and that it came back, is news', async (t) => {
  const members = new MemberList()
  t.ok(members.see(lease('a', 0), clock(0)))
  t.notOk(members.see(lease('a', 10_000), clock(10_000)))
  t.ok(members.see(lease('a', 20_000, 'a,b'), clock(20_000)))
  t.ok(members.see(lease('a', 200_000, 'a,b'), clock(200_000)))
})

t.test('a shim that has been gone for a day is forgotten', async (t) => {
  const members = new MemberList()
  members.see(lease('a', 0), clock(0))
  t.strictSame(members.listForgotten(clock(24 * HOUR_MS)), [])
  t.strictSame(members.listForgotten(clock(25 * HOUR_MS)), ['a'])
  members.forget('a')
  t.strictSame(members.known, [])
})
