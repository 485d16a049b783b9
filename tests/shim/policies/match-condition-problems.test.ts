import { join } from 'node:path'
import { execa } from 'execa'
import t from 'tap'
import { loadPolicySpecs } from '../../../shim/policies/load-policy-specs.ts'

const RULES = 'rules: [{apiGroups: [""], apiVersions: [v1], resources: [pods], operations: [CREATE]}]'
const LOADER = join(import.meta.dirname, '../../../shim/policies/load-policy-specs.ts')

const load = (files: Record<string, string>) => loadPolicySpecs(t.testdir(files))

t.test('CEL that the API server would refuse is refused, with file, line and field', async (t) => {
  const policies = `
a:
  module: file:///a.wasm
  ${RULES}
  matchConditions:
    - name: right
      expression: "true"
    - name: wrong
      expression: request.nmae == 'x' && objekt.spec == null
b:
  module: file:///b.wasm
  ${RULES}
  matchConditions: [{name: dyn, expression: object.spec.paused}]
`
  const folder = t.testdir({ 'policies.yml': policies })
  const error: unknown = await loadPolicySpecs(folder).catch((refusal: unknown) => refusal)
  t.match(error, { code: 'ERR_POLICIES_INVALID' })
  t.strictSame(
    String((error as Error).message)
      .replaceAll(folder, '.')
      .split('\n  '),
    [
      '3 problems:',
      `./policies.yml:9: a.matchConditions[1].expression: at "request.nmae == 'x' && objekt.spec == nu…": undefined field 'nmae' of kubernetes.AdmissionRequest`,
      `./policies.yml:9: a.matchConditions[1].expression: at "objekt.spec == null": undeclared reference to 'objekt'`,
      './policies.yml:13: b.matchConditions[0].expression: at "object.spec.paused": must evaluate to bool but got dyn',
    ],
  )
})

t.test('so it is in a policy resource', async (t) => {
  const resource = `
apiVersion: policies.kubewarden.io/v1
kind: ClusterAdmissionPolicy
metadata: {name: a}
spec:
  module: file:///a.wasm
  mutating: false
  ${RULES}
  matchConditions:
    - {name: open, expression: "has(object.spec"}
`
  await t.rejects(load({ 'a.yml': resource }), {
    message: /a\.yml:10: spec\.matchConditions\[0\]\.expression: at ".*": ends where \) should stand/,
  })
})

t.test('what only the API server can answer is right all the same', async (t) => {
  const policies = `
a:
  module: file:///a.wasm
  ${RULES}
  matchConditions: [{name: may, expression: "authorizer.requestResource.check('use').allowed()"}]
`
  t.equal((await load({ 'policies.yml': policies })).length, 1)
})

t.test('without conditions, the language is not even loaded', async (t) => {
  const file = join(t.testdir({ 'policies.yml': `a:\n  module: file:///a.wasm\n  ${RULES}\n` }), 'policies.yml')
  const code = `
    import { registerHooks } from 'node:module'
    registerHooks({ load: (url, context, next) => (url.includes('/evaluator/cel/') && console.log(url), next(url, context)) })
    const { loadPolicySpecs } = await import(${JSON.stringify(LOADER)})
    console.log((await loadPolicySpecs(${JSON.stringify(file)})).length)`
  const { stdout } = await execa(process.execPath, ['--input-type=module', '--eval', code])
  t.equal(stdout, '1')
})
