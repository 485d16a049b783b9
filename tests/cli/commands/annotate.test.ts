import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { readMetadata } from '../../../evaluator/module/metadata-section.ts'
import { packageRoot } from '../../../util/package-root.ts'
import { runCommand } from '../../helpers/command.ts'
import { buildAnsweringGuest, buildGuestFrom } from '../../helpers/guests.ts'

const POLICIES = join(packageRoot(), 'policies')

/** Annotates one of the sample policies, or other bytes. */
async function annotate(t: Test, policy: string | Uint8Array, metadata: string, ...flags: string[]) {
  const folder = t.testdir({ 'metadata.yml': metadata, 'usage.md': '# Usage\n\nAsk it.\n' })
  const wasm = join(folder, 'policy.wasm')
  const bytes = typeof policy === 'string' ? readFileSync(join(POLICIES, policy, 'policy.wasm')) : policy
  writeFileSync(wasm, bytes)
  const output = join(folder, 'annotated.wasm')
  const path = (name: string) => (name.endsWith('.md') ? join(folder, name) : name)
  const result = await runCommand(
    'annotate',
    wasm,
    '-m',
    join(folder, 'metadata.yml'),
    '-o',
    output,
    ...flags.map(path),
  )
  return { ...result, metadata: () => readMetadata(readFileSync(output), 'annotated.wasm') }
}

const MINIMAL =
  'mutating: false\nrules: [{apiGroups: [""], apiVersions: [v1], resources: [pods], operations: [CREATE]}]\n'

t.test('a waPC policy says itself which protocol it speaks; usage and the tool become annotations', async (t) => {
  const text = `${MINIMAL}annotations: {io.kubewarden.policy.title: t}\nprotocolVersion: null\n`
  const { code, stdout, stderr, metadata } = await annotate(t, 'pod-privileged', text, '-u', 'usage.md')
  t.same({ code, stdout, stderr }, { code: 0, stdout: '', stderr: '' })
  t.match(await metadata(), {
    protocolVersion: 'v1',
    executionMode: 'kubewarden-wapc',
    mutating: false,
    annotations: {
      'io.kubewarden.policy.title': 't',
      'io.kubewarden.policy.usage': '# Usage\n\nAsk it.\n',
      'io.kubewarden.kwctl': /^gatehouse \d/,
    },
  })
})

t.test('other kinds have no protocol', async (t) => {
  const { code, metadata } = await annotate(t, 'ingress-tls', `${MINIMAL}executionMode: wasi\n`)
  t.equal(code, 0)
  t.match(await metadata(), { protocolVersion: 'Unknown', executionMode: 'wasi' })
})

t.test('what metadata.yml says and what the module is must not contradict each other', async (t) => {
  const opa = `(module (func (export "opa_eval")))`
  t.match(await annotate(t, buildGuestFrom(opa, null), MINIMAL), {
    code: 3,
    stderr: /The policy has been created with Rego, please specify which Opa runtime has to be used/,
  })
  t.match(await annotate(t, 'pod-privileged', `${MINIMAL}executionMode: opa\n`), {
    code: 3,
    stderr: /policy\.wasm is not made from Rego, though its metadata says executionMode: opa/,
  })
  t.match(await annotate(t, 'ingress-tls', MINIMAL), { code: 3, stderr: /is not a kubewarden-wapc policy/ })
  t.match(await annotate(t, buildAnsweringGuest('"v2"', null), MINIMAL), {
    code: 3,
    stderr: /says that it speaks protocol version "v2", of which "v1" alone is known/,
  })
  t.match(await annotate(t, Buffer.from('text'), MINIMAL), { code: 3, stderr: /ERR_MODULE_INVALID/ })
})

t.test('all that is wrong with metadata.yml is said at once', async (t) => {
  const { code, stderr } = await annotate(t, 'pod-privileged', 'rules: [{apiGroups: []}]\npolicyType: other\n')
  t.equal(code, 3)
  for (const problem of ['mutating: is missing', 'policyType: ', 'rules[0].apiGroups: '])
    t.ok(stderr.includes(problem), problem)
  t.match(await annotate(t, 'pod-privileged', 'rules: [\n'), { code: 3, stderr: /metadata\.yml:\d+: / })
})

t.test('capabilities that are used and not declared, or declared and not used, are warned of', async (t) => {
  const guest = `(module
    (import "wapc" "__guest_response" (func $respond (param i32 i32)))
    (memory (export "memory") 1)
    (data (i32.const 0) "\\"v1\\"")
    (data (i32.const 16) "kubernetes\\00get_resource")
    (func (export "__guest_call") (param i32 i32) (result i32)
      (call $respond (i32.const 0) (i32.const 4))
      (i32.const 1)))`
  const warned = async (declared: string) =>
    (await annotate(t, buildGuestFrom(guest, null), `${MINIMAL}${declared}`)).stderr
  t.equal(
    await warned(''),
    'warning: host capabilities used by the policy but not declared in metadata: "kubernetes/get_resource"\n',
  )
  t.equal(
    await warned('hostCapabilities: ["kubernetes/*", oci/v1/verify]\n'),
    'warning: host capabilities declared in metadata but not detected in the policy: "oci/v1/verify"\n',
  )
  t.equal(await warned('hostCapabilities: ["*"]\n'), '')
})
