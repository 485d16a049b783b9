import t from 'tap'
import { parseMetadata } from '../../../evaluator/module/metadata.ts'

t.test('what is left out has the defaults of Kubewarden', async (t) => {
  t.strictSame(await parseMetadata({ mutating: false }, 'metadata.yml'), {
    mutating: false,
    rules: [],
    annotations: {},
    backgroundAudit: true,
    executionMode: 'kubewarden-wapc',
    policyType: 'kubernetes',
    contextAwareResources: [],
  })
})

t.test('every field is read', async (t) => {
  const metadata = {
    protocolVersion: 'v1',
    rules: [{ apiGroups: ['', 'apps'], apiVersions: ['v1'], resources: ['pods', 'pods/*'], operations: ['CREATE'] }],
    annotations: { 'io.kubewarden.policy.title': 'example' },
    mutating: true,
    backgroundAudit: false,
    executionMode: 'gatekeeper',
    policyType: 'raw',
    contextAwareResources: [{ apiVersion: 'v1', kind: 'Namespace' }],
    hostCapabilities: ['kubernetes/can_i'],
    minimumKubewardenVersion: '1.30.0-rc.1',
  }
  t.strictSame(await parseMetadata(metadata, 'metadata.yml'), metadata)
})

t.test('null stands for a field that is left out, and unknown fields are ignored', async (t) => {
  const metadata = await parseMetadata(
    { mutating: false, protocolVersion: null, annotations: null, later: 1 },
    'metadata.yml',
  )
  t.notOk('protocolVersion' in metadata)
  t.notOk('later' in metadata)
  t.strictSame(metadata.annotations, {})
})

t.test('all problems are reported at once, with file and field', async (t) => {
  const rule = { apiGroups: ['*', 'apps'], apiVersions: [], resources: ['*', 'pods'], operations: ['PATCH'] }
  const metadata = { protocolVersion: 'v2', rules: [rule], executionMode: 'ferricel', minimumKubewardenVersion: 'new' }
  await t.rejects(parseMetadata(metadata, 'policy.wasm'), {
    code: 'ERR_MODULE_METADATA',
    message: [
      '8 problems:',
      '  policy.wasm: protocolVersion: is "v2"; must be one of v1, Unknown',
      '  policy.wasm: rules[0].apiGroups: holds * beside others; * must stand alone',
      '  policy.wasm: rules[0].apiVersions: is empty',
      '  policy.wasm: rules[0].resources: holds * beside other resources; beside * only subresources may stand',
      '  policy.wasm: rules[0].operations[0]: is "PATCH"; must be one of CREATE, UPDATE, DELETE, CONNECT, *',
      '  policy.wasm: mutating: is missing',
      '  policy.wasm: executionMode: is "ferricel"; must be one of kubewarden-wapc, wasi, opa, gatekeeper',
      '  policy.wasm: minimumKubewardenVersion: must be a version such as 1.30.0',
    ].join('\n'),
  })
})

t.test('wildcards of resources follow the rules of Kubernetes', async (t) => {
  const parse = (resources: string[]) =>
    parseMetadata(
      { mutating: false, rules: [{ apiGroups: ['*'], apiVersions: ['*'], resources, operations: ['*'] }] },
      'm',
    )
  for (const resources of [['*'], ['*/*'], ['*', 'pods/status'], ['pods', 'pods/*'], ['*/scale', 'pods/status']]) {
    await t.resolves(parse(resources), resources.join())
  }
  for (const resources of [
    ['*/*', 'pods'],
    ['*', 'pods'],
    ['pods/*', 'pods/status'],
    ['*/scale', 'pods/scale'],
    [''],
  ]) {
    await t.rejects(parse(resources), { code: 'ERR_MODULE_METADATA' }, resources.join())
  }
})

t.test('metadata that is no map is one problem', async (t) => {
  await t.rejects(parseMetadata([], 'm.wasm'), { message: 'm.wasm: metadata is a list; must be a map' })
})
