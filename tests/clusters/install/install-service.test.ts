import { X509Certificate } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { parseAllDocuments } from 'yaml'
import { installService } from '../../../clusters/install/install-service.ts'
import { parseFlags } from '../../../shim/parse-flags.ts'
import { readPolicySources } from '../../../shim/policies/policies-snapshot.ts'
import { describeSources } from '../../../shim/registration/set-digest.ts'
import { ensureCertificates } from '../../../shim/tls/certificates.ts'
import { beginRotation, confirmByHand } from '../../../shim/tls/operate-authority.ts'
import { toShimFlags } from '../../helpers/pod-flags.ts'
import { makeShortFolder } from '../../helpers/short-folder.ts'

const RULES = 'rules: [{apiGroups: [""], apiVersions: [v1], resources: [pods], operations: [CREATE]}]'
const DEFAULTS = {
  image: 'gatehouse:test',
  namespace: 'gatehouse',
  replicas: 2,
  events: false,
  webhooks: true,
  registration: 'per-policy',
} as const

type Options = Partial<Parameters<typeof installService>[0]>

async function install(policies: string, options: Options = {}) {
  const { yaml, unregistered } = await installService({ ...DEFAULTS, policies, certificate: undefined, ...options })
  // biome-ignore lint/suspicious/noExplicitAny: objects of all kinds
  const objects = parseAllDocuments(yaml).map((document) => document.toJS() as any)
  const find = (kind: string, name = '') => objects.find((o) => o.kind === kind && o.metadata.name.startsWith(name))
  return { objects, find, unregistered }
}

function write(t: Test, text: string, module: Uint8Array = Buffer.from('a module')): string {
  const folder = t.testdir({ modules: {}, 'policies.yml': text })
  writeFileSync(join(folder, 'modules/one.wasm'), module)
  return join(folder, 'policies.yml')
}

t.test('modules that are files come along, and the rest of the policies stays as it is written', async (t) => {
  const settings = 'settings: {module: modules/one.wasm, large: 12345678901234567890, exact: 1.0} # kept'
  const { find } = await install(
    write(
      t,
      `one:\n  module: modules/one.wasm # mine\n  ${RULES}\n  ${settings}\ntwo:\n  module: ghcr.io/a/b:v1\n  ${RULES}\n`,
    ),
  )
  const { name } = find('ConfigMap', 'gatehouse-module').metadata
  t.equal(Buffer.from(find('ConfigMap', name).binaryData['policy.wasm'], 'base64').toString(), 'a module')
  t.equal(
    find('ConfigMap', 'gatehouse-policies').data['policies.yml'],
    `one:\n  module: "/etc/gatehouse/modules/${name}.wasm" # mine\n  ${RULES}\n  ${settings}\ntwo:\n  module: ghcr.io/a/b:v1\n  ${RULES}\n`,
  )
})

t.test('a folder of policy resources and a group come along whole', async (t) => {
  const folder = t.testdir({ 'm.wasm': 'm' })
  const policies = join(folder, 'policies')
  mkdirSync(policies)
  const member = `{module: "${join(folder, 'm.wasm')}"}`
  writeFileSync(
    join(policies, 'group.yml'),
    `both:\n  ${RULES}\n  message: no\n  expression: a()\n  policies: {a: ${member}}\n`,
  )
  const resource = { apiVersion: 'policies.kubewarden.io/v1', kind: 'ClusterAdmissionPolicy', metadata: { name: 'c' } }
  const rules = [{ apiGroups: [''], apiVersions: ['v1'], resources: ['pods'], operations: ['CREATE'] }]
  writeFileSync(
    join(policies, 'c.json'),
    JSON.stringify({ ...resource, spec: { module: 'file://../m.wasm', mutating: false, rules, settings: {} } }),
  )
  const { find, objects } = await install(policies)
  const { data } = find('ConfigMap', 'gatehouse-policies')
  t.match(
    data['group.yml'],
    /policies: \{a: \{module: "\/etc\/gatehouse\/modules\/gatehouse-module-[0-9a-f]{16}.wasm"\}\}/,
  )
  t.match(JSON.parse(data['c.json']).spec.module, /^\/etc\/gatehouse\/modules\/gatehouse-module-/)
  t.equal(objects.filter(({ metadata }) => metadata.name.startsWith('gatehouse-module')).length, 1, 'one module, once')
})

t.test('what cannot be brought along is refused', async (t) => {
  const large = write(t, `one:\n  module: modules/one.wasm\n  ${RULES}\n`, new Uint8Array(1024 * 1024 + 1))
  await t.rejects(install(large), {
    code: 'ERR_POLICIES_INVALID',
    message: /one.wasm: has 1048577 bytes/,
    hint: /registry/,
  })
  await t.test('nor a name that stands elsewhere', async (t) => {
    const alias = write(t, `one:\n  ${RULES}\n  settings: {a: &m modules/one.wasm}\n  module: *m\n`)
    await t.rejects(install(alias), { code: 'ERR_POLICIES_INVALID', message: /cannot be brought along/ })
  })
})

t.test('all problems of the options are told at once', async (t) => {
  const options = { namespace: 'kube-system', image: 'a b', replicas: 0 }
  await t.rejects(install('policies.yml', options), {
    code: 'ERR_OPTIONS_INVALID',
    message: /--namespace: 'kube-system' has other uses[\s\S]*--image[\s\S]*--replicas/,
  })
})

t.test('API servers ask the Service, and never about the namespace of the pods', async (t) => {
  const { find } = await install(write(t, `one:\n  module: modules/one.wasm\n  ${RULES}\n`), { namespace: 'here' })
  const [webhook] = find('ValidatingWebhookConfiguration').webhooks
  t.match(webhook.clientConfig.service, { namespace: 'here', name: 'gatehouse', path: '/validate/one' })
  const [outside] = webhook.namespaceSelector.matchExpressions
  t.match(outside, { key: 'kubernetes.io/metadata.name', operator: 'NotIn' })
  t.strictSame(outside.values.slice(-2), ['kube-node-lease', 'here'])
})

t.test('policies share entries, which name the set that the pods have, or each has its own', async (t) => {
  const policies = write(
    t,
    `one:\n  module: modules/one.wasm\n  ${RULES}\ntwo:\n  module: modules/one.wasm\n  ${RULES}\n`,
  )
  const pathsOf = async (registration: 'combined' | 'per-policy') => {
    const { find } = await install(policies, { registration })
    const { webhooks } = find('ValidatingWebhookConfiguration')
    return {
      paths: webhooks.map(
        ({ clientConfig }: { clientConfig: { service: { path: string } } }) => clientConfig.service.path,
      ),
      pods: find('ConfigMap', 'gatehouse-policies').data['policies.yml'] as string,
      modules: Buffer.from(find('ConfigMap', 'gatehouse-module').binaryData['policy.wasm'], 'base64'),
    }
  }
  t.strictSame((await pathsOf('per-policy')).paths, ['/validate/one', '/validate/two'])
  const { paths, pods, modules } = await pathsOf('combined')
  t.equal(paths.length, 1)
  const inPod = t.testdir({ 'policies.yml': pods.replaceAll(/"\/etc\/gatehouse\/modules\/[^"]+"/g, 'module.wasm') })
  writeFileSync(join(inPod, 'module.wasm'), modules)
  const { digest } = describeSources(await readPolicySources(join(inPod, 'policies.yml')), 'api-server')
  t.match(paths[0], `/combined/${digest}/`)
  await t.test('which needs the bytes of modules that the pods pull', async (t) => {
    const entry = (id: string) => `${id}:\n  module: https://127.0.0.1:1/${id}.wasm\n  ${RULES}\n`
    const remote = write(t, entry('one') + entry('two'))
    const modules = { store: makeShortFolder(t) }
    t.ok(await install(remote, { modules }))
    await t.rejects(install(remote, { modules, registration: 'combined' }), {
      code: 'ERR_MODULE_SOURCE',
      message: /:2: one.module: .*\/one.wasm: .*\n.*:5: two.module: .*\/two.wasm: /,
    })
  })
})

t.test('the pods are told who to be at the registries of their policies, and at no others', async (t) => {
  const docker = makeShortFolder(t)
  const auth = (text: string) => ({ auth: Buffer.from(text).toString('base64') })
  const config = { auths: { 'registry.test:5000': auth('alice:secret'), 'other.test': auth('bob:secret') } }
  writeFileSync(join(docker, 'config.json'), JSON.stringify(config))
  const policies = write(t, `one:\n  module: registry://registry.test:5000/one:v1\n  ${RULES}\n`)
  const { find } = await install(policies, { modules: { dockerConfig: docker } })
  const { type, data } = find('Secret', 'gatehouse-registries')
  t.equal(type, 'kubernetes.io/dockerconfigjson')
  t.strictSame(JSON.parse(Buffer.from(data['.dockerconfigjson'], 'base64').toString()), {
    auths: { 'registry.test:5000': auth('alice:secret') },
  })
  const { find: findNone } = await install(policies)
  t.equal(findNone('Secret', 'gatehouse-registries'), undefined)
})

t.test('policies without rules are named, and nothing but them is an error', async (t) => {
  const { unregistered } = await install(
    write(t, `one:\n  module: modules/one.wasm\n  ${RULES}\nother:\n  module: modules/one.wasm\n`),
  )
  t.strictSame(unregistered, ['other'])
  const none = write(t, 'other:\n  module: modules/one.wasm\n')
  await t.rejects(install(none), { code: 'ERR_PLUGIN_OPTIONS', message: /no policy has rules/ })
  await t.test('but for a fallback', async (t) => {
    const { objects } = await install(none, { webhooks: false })
    t.notOk(objects.some(({ kind }) => /Webhook/.test(kind)))
  })
})

t.test('pods that stand in for shims write themselves what API servers are told', async (t) => {
  const standIn = { selectors: 'shim', shimHost: 'shim.internal', kubernetesVersion: '1.37' } as const
  const standingIn = (text: string, options: Options = {}) => install(write(t, text), { standIn, ...options })
  const one = `one:\n  module: modules/one.wasm\n  ${RULES}\n`

  await t.test('so none of it is printed, but their rights are, in the mode that they register in', async (t) => {
    const { objects, find, unregistered } = await standingIn(`${one}other:\n  module: modules/one.wasm\n`, {
      registration: 'combined',
    })
    t.notOk(objects.some(({ kind }) => /Webhook/.test(kind)))
    t.strictSame(
      objects.filter(({ kind }) => /Role/.test(kind)).map(({ kind, metadata }) => `${kind} ${metadata.name}`),
      ['ClusterRole', 'ClusterRoleBinding', 'Role', 'RoleBinding'].map((kind) => `${kind} gatehouse:stand-in`),
    )
    const [{ args }] = find('Deployment').spec.template.spec.containers
    t.match(parseFlags(toShimFlags(args)), {
      selectors: 'shim',
      apiObjects: { registration: 'combined', host: 'shim.internal', kubernetesVersion: '1.37', role: 'policy-server' },
    })
    t.strictSame(unregistered, ['other'])
  })

  await t.test("modules in registries stay the pods' to pull: they name the set themselves", async (t) => {
    const remote = `one:\n  module: https://127.0.0.1:1/one.wasm\n  ${RULES}\n`
    t.ok(await standingIn(remote, { registration: 'combined', modules: { store: makeShortFolder(t) } }))
  })

  await t.test('what they could not register is refused before a shim is gone', async (t) => {
    const spaced = `"No DNS name":\n  module: modules/one.wasm\n  ${RULES}\n`
    await t.rejects(standingIn(spaced), { code: 'ERR_PLUGIN_OPTIONS', message: /cannot be served by a Service/ })
    await t.rejects(standingIn('one:\n  module: modules/one.wasm\n'), { message: /no policy has rules/ })
  })

  await t.test('a host or a version that is none is refused', async (t) => {
    const wrong = { ...standIn, shimHost: 'shim_1', kubernetesVersion: 'new' }
    await t.rejects(standingIn(one, { standIn: wrong }), {
      code: 'ERR_OPTIONS_INVALID',
      message: /--shim-host: [^\n]*"shim_1" is not a DNS name[\s\S]*--kubernetes-version: 'new' is not a Kubernetes/,
    })
  })
})

t.test('the certificate', async (t) => {
  const policies = write(t, `one:\n  module: modules/one.wasm\n  ${RULES}\n`)
  const decode = (text: string) => Buffer.from(text, 'base64').toString()
  const secretOf = async (certificate: Options['certificate']) => {
    const { find } = await install(policies, { certificate })
    const { data } = find('Secret')
    const webhook = find('ValidatingWebhookConfiguration').webhooks[0]
    t.equal(webhook.clientConfig.caBundle, data['ca.crt'], 'the API servers are told the same authority')
    return { ca: decode(data['ca.crt']), cert: decode(data['tls.crt']), key: decode(data['tls.key']) }
  }

  await t.test('is good for the Service and for the host of the socket, and lasts as its authority', async (t) => {
    const { ca, cert } = await secretOf(undefined)
    const [certificate, authority] = [new X509Certificate(cert), new X509Certificate(ca)]
    t.ok(certificate.verify(authority.publicKey))
    for (const host of ['gatehouse.gatehouse.svc', 'admission.gatehouse.internal'])
      t.ok(certificate.checkHost(host), host)
    t.equal(certificate.validTo, authority.validTo)
  })

  await t.test("is signed by a shim's own authority, whose own certificate stays as it is", async (t) => {
    const folder = t.testdir()
    const shim = await ensureCertificates({ folder, hosts: ['admission.gatehouse.internal'] })
    const { ca, cert } = await secretOf({ authority: folder })
    t.equal(ca, shim.caBundle)
    t.ok(new X509Certificate(cert).verify(new X509Certificate(shim.caBundle).publicKey))
    t.equal(readFileSync(join(folder, 'tls.crt'), 'utf8'), shim.cert)
  })

  await t.test('comes from an authority that is made once', async (t) => {
    const authority = join(t.testdir(), 'pki')
    t.equal((await secretOf({ authority })).ca, (await secretOf({ authority })).ca)
  })

  await t.test('is of the authority that replaces another one when API servers have both', async (t) => {
    const folder = join(t.testdir(), 'pki')
    const print = async () => {
      const { ca, cert } = await secretOf({ authority: folder })
      const authorities = ca.split(/(?=-----BEGIN)/).map((pem) => new X509Certificate(pem))
      return authorities.map(({ publicKey }) => new X509Certificate(cert).verify(publicKey))
    }
    t.strictSame(await print(), [true])
    await beginRotation({ folder })
    t.strictSame(await print(), [true, false], 'both are trusted, and the old one signs')
    await confirmByHand({ folder })
    t.strictSame(await print(), [false, true], 'then the new one')
    const { rotation } = await installService({ ...DEFAULTS, policies, certificate: { authority: folder } })
    t.equal(rotation, 'new-signs')
  })

  await t.test('may be given', async (t) => {
    const folder = t.testdir()
    await ensureCertificates({ folder, hosts: ['gatehouse.gatehouse.svc'] })
    const [certFile, keyFile, caFile] = ['tls.crt', 'tls.key', 'ca.crt'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ]
    t.equal((await secretOf({ certFile, keyFile, caFile })).cert, readFileSync(certFile, 'utf8'))
    await t.rejects(secretOf({ certFile, keyFile, caFile: keyFile }), { message: /private key/ })
    await t.rejects(secretOf({ certFile: caFile, keyFile, caFile }), { code: 'ERR_TLS_FILES' })
  })
})
