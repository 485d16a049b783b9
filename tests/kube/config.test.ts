import t from 'tap'
import { readServiceAddress } from '../../kube/config.ts'

t.test('the address of the API server is known in a Pod only', async (t) => {
  const env = { KUBERNETES_SERVICE_HOST: '10.96.0.1', KUBERNETES_SERVICE_PORT: '443' }
  t.strictSame(readServiceAddress(env), { host: '10.96.0.1', port: '443' })
  t.equal(readServiceAddress({}), undefined)
})
