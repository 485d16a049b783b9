import t from 'tap'
import { findRoute, methodsOf } from '../../../shim/http/routes.ts'

t.test("Kubewarden's three endpoints take an id, percent-encoded or not", async (t) => {
  t.strictSame(findRoute('/validate/kw.cap.no-root'), {
    kind: 'review',
    origin: 'validate',
    policyId: 'kw.cap.no-root',
  })
  t.strictSame(findRoute('/validate_raw/raw'), { kind: 'review', origin: 'validate_raw', policyId: 'raw' })
  t.strictSame(findRoute('/audit/a%20b%C3%A9'), { kind: 'review', origin: 'audit', policyId: 'a bé' })
})

t.test('probes have a path each', async (t) => {
  for (const kind of ['readiness', 'livez', 'metrics']) t.strictSame(findRoute(`/${kind}`), { kind })
})

t.test('nothing else is a route', async (t) => {
  for (const path of [
    '',
    '/',
    '/validate',
    '/validate/',
    '/validate/a/b',
    '/validate/%',
    '/Validate/a',
    '/metrics/',
    '*',
  ]) {
    t.equal(findRoute(path), undefined, path)
  }
})

t.test('reviews are posted, probes are read', async (t) => {
  t.strictSame(methodsOf({ kind: 'review', origin: 'audit', policyId: 'a' }), ['POST'])
  t.strictSame(methodsOf({ kind: 'livez' }), ['GET', 'HEAD'])
})
