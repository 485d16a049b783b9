import { cpSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import t from 'tap'
import { packageRoot } from '../../../util/package-root.ts'

const POLICIES = join(packageRoot(), 'policies')

t.test("the test scripts of Kubewarden's policies run unchanged, when kwctl is this program", async (t) => {
  const folder = t.testdir({ bin: {}, test_data: {} })
  symlinkSync(join(packageRoot(), 'cli/gatehouse'), join(folder, 'bin/kwctl'))
  for (const policy of ['require-labels', 'default-seccomp-profile'])
    cpSync(join(POLICIES, policy, 'fixtures'), join(folder, 'test_data'), { recursive: true })
  for (const file of ['policy.wasm', 'metadata.yml', 'settings.yml'])
    cpSync(join(POLICIES, 'require-labels', file), join(folder, file))
  cpSync(join(POLICIES, 'default-seccomp-profile/policy.wasm'), join(folder, 'mutating-policy.wasm'))
  const resource = (name: string, spec: object) => ({
    apiVersion: 'policies.kubewarden.io/v1',
    kind: 'ClusterAdmissionPolicy',
    metadata: { name },
    spec: { policyServer: 'default', rules: [], ...spec },
  })
  const rules = [{ apiGroups: [''], apiVersions: ['v1'], resources: ['pods'], operations: ['CREATE'] }]
  writeFileSync(
    join(folder, 'policies.yaml'),
    [
      resource('labels', {
        module: 'file://annotated-policy.wasm',
        settings: { required_labels: ['app'] },
        mutating: false,
        rules,
      }),
      resource('seccomp', { module: 'file://mutating-policy.wasm', mutating: true, rules }),
    ]
      .map((document) => `---\n${JSON.stringify(document)}\n`)
      .join(''),
  )
  const env = { GATEHOUSE_STORE: join(folder, 'store'), PATH: `${join(folder, 'bin')}:${process.env['PATH']}` }
  const script = join(packageRoot(), 'tests/fixtures/kwctl/require-labels.sh')
  const { stdout, exitCode } = await execa('bash', [script], { cwd: folder, env, reject: false })
  t.equal(exitCode, 0, stdout)
  t.equal(stdout, 'failures: 0')
})
