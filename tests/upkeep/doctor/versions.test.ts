import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { ShimStatus } from '../../../shim/admin/admin-api.ts'
import { askShim } from '../../../shim/admin/admin-client.ts'
import { ApiServer } from '../../../upkeep/doctor/api-server/api-server.ts'
import { Flags } from '../../../upkeep/doctor/api-server/flags.ts'
import { clockCheck } from '../../../upkeep/doctor/checks/clock.ts'
import { flagsCheck } from '../../../upkeep/doctor/checks/flags.ts'
import { ok } from '../../../upkeep/doctor/finding.ts'
import { startShim } from '../../helpers/shim.ts'

const search = { apiServer: ok(''), shim: ok(''), api: ok('') }

/** What the check says about static manifests on this version, with these flags. */
async function judge(t: Test, kubernetesVersion: string, ...flags: string[]) {
  const folder = t.testdir({
    'admission.yaml': JSON.stringify({
      apiVersion: 'apiserver.config.k8s.io/v1',
      kind: 'AdmissionConfiguration',
      plugins: [{ name: 'ValidatingAdmissionWebhook', path: 'webhooks.yaml' }],
    }),
    'webhooks.yaml': 'staticManifestsDir: /manifests',
  })
  const admission = `--admission-control-config-file=${join(folder, 'admission.yaml')}`
  const apiServer = new ApiServer({ flags: new Flags(['--egress-selector-config-file=/e', admission, ...flags]) })
  const { level, message } = (await flagsCheck.run({ search, apiServer, kubernetesVersion })).at(-1) ?? ok('')
  return `${level}: ${message}`
}

t.test('static manifests are looked at with the version and its gate', async (t) => {
  const gate = '--feature-gates=ManifestBasedAdmissionControlConfig'
  t.match(
    await judge(t, 'v1.35.4'),
    /^problem: Kubernetes v1.35.4 knows no staticManifestsDir, and does not start with it/,
  )
  t.match(await judge(t, 'v1.36.3'), /^problem: the gate ManifestBasedAdmissionControlConfig is off/)
  t.match(await judge(t, 'v1.36.3', `${gate}=true`), /^ok: /)
  t.match(await judge(t, 'v1.37.2'), /^ok: /)
  t.match(await judge(t, 'v1.37.2', `${gate}=false`), /^problem: the gate ManifestBasedAdmissionControlConfig is off/)
})

t.test('API objects are worth a word where the version has something better', async (t) => {
  const levels = async (kubernetesVersion: string) => {
    const apiServer = new ApiServer({ flags: new Flags(['--egress-selector-config-file=/e']) })
    return (await flagsCheck.run({ search, apiServer, kubernetesVersion })).map(({ level }) => level)
  }
  t.strictSame(await levels('v1.36.3'), ['ok', 'ok'])
  t.strictSame(await levels('v1.37.2'), ['ok', 'warning'])
})

t.test('a shim without a socket needs no egress selector', async (t) => {
  await using test = await startShim(t, {})
  const whole = await askShim(test.adminSocket, 'GET /status')
  const { socket, ...status } = whole
  t.ok(socket)
  const apiServer = new ApiServer({ flags: new Flags([]) })
  const judge = async (status: ShimStatus) =>
    (await flagsCheck.run({ search, apiServer, shim: { status, policies: [] } })).map(({ level }) => level)
  t.strictSame(await judge(whole), ['problem', 'ok'])
  t.strictSame(await judge(status), ['ok', 'ok'])
})

t.test('clocks that differ by more than an answer takes', async (t) => {
  const api = { server: '', get: async () => ({}), list: async () => [] }
  const judge = async (skewMs: number) => {
    const [observation] = await clockCheck.run({ search, api: { ...api, readClockSkewMs: async () => skewMs } })
    return observation?.message
  }
  t.equal(await judge(-900), 'the API server and this host agree')
  t.equal(await judge(65_000), "the API server's clock is 1m5s ahead of this host's")
  t.equal(await judge(-3_600_000), "the API server's clock is 1h behind this host's")
})
