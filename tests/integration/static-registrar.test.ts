import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { connectApiServer } from '../../shim/api-server/connect-api-server.ts'
import type { PolicySpec } from '../../shim/policies/policy-spec.ts'
import type { LoadedPolicy } from '../../shim/policy-set/policy-set.ts'
import { StaticRegistrar } from '../../shim/registration/static-registrar.ts'
import { createAuthority } from '../../util/certificates.ts'
import { SILENT_LOG } from '../../util/log.ts'
import { createControlPlane } from '../helpers/control-plane.ts'

const RULES = [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }]
const validity = { notBefore: new Date(0), notAfter: new Date(Date.now() + 86_400_000) }

/** A set of one policy, whose condition nobody has checked before. */
function setWith(expression: string) {
  const spec: PolicySpec = {
    id: 'a',
    module: 'file:///a.wasm',
    mode: 'protect',
    allowedToMutate: false,
    settings: {},
    hostCapabilities: [],
    contextAwareResources: [],
    registration: { rules: RULES, matchConditions: [{ name: 'c', expression }] },
  }
  const policy: LoadedPolicy = {
    ...{ id: 'a', mode: 'protect', allowedToMutate: false, spec, moduleDigests: ['unreadable'] },
    ...{ state: 'not-loaded', error: 'nobody loads it here', failures: [] },
  }
  return { digest: 'a'.repeat(32), policies: new Map([['a', policy]]), entries: new Map() }
}

t.test('the API server is asked before its static manifests change', async (t) => {
  const controlPlane = await createControlPlane(t)
  await controlPlane.start()
  const client = await connectApiServer(join(controlPlane.folder, 'kubeconfig'))
  t.teardown(() => client[Symbol.dispose]())
  const { certificate: caBundle } = await createAuthority({ commonName: 'test', ...validity })
  const folder = join(controlPlane.folder, 'manifests')
  const registrar = new StaticRegistrar({
    ...{ folder, registration: 'combined', selectors: 'api-server', host: 'shim.internal', exclusions: 'default' },
    client,
    log: SILENT_LOG,
  })
  const { signal } = new AbortController()
  const register = (expression: string) => registrar.register({ set: setWith(expression), caBundle }, signal)
  const read = () => readFile(join(folder, 'validating/gatehouse.yaml'), 'utf8')

  await register('object.metadata.name != "a"')
  const good = await read()
  t.match(good, 'object.metadata.name != "a"')

  await t.rejects(register('object.metadata.'), {
    code: 'ERR_PLUGIN_OPTIONS',
    message: /would not take the webhooks: .*matchConditions/,
  })
  t.equal(await read(), good, 'what it would not start with is not written')

  await controlPlane.stop()
  await register('object.metadata.name != "b"')
  t.match(await read(), 'object.metadata.name != "b"', 'one that is down may be waiting for the new ones')
})
