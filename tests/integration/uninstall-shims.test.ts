import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { runCommand } from '../helpers/command.ts'
import { buildGuest } from '../helpers/guests.ts'
import { startRegisteringShims } from '../helpers/registering-shims.ts'
import { makeShortFolder } from '../helpers/short-folder.ts'

t.setTimeout(300_000)

const OBJECT = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/gatehouse'
const LEASES = '/apis/coordination.k8s.io/v1/namespaces/kube-system/leases'
const rules = [{ apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'], operations: ['CREATE'] }]

t.test(
  'of shims that register policies together, objects and Leases go, and one that still runs is named',
  async (t) => {
    const [shim] = await startRegisteringShims(t, 1, { no: { guest: buildGuest('deny'), rules } })
    if (shim === undefined) throw new Error('there is no shim')
    const { api, adminSocket } = shim
    const kubeconfig = join(makeShortFolder(t), 'kubeconfig')
    writeFileSync(kubeconfig, api.kubeConfig.exportConfig())
    const uninstall = async (...flags: string[]) =>
      (await runCommand('uninstall', '--kubeconfig', kubeconfig, '--admin-socket', adminSocket, ...flags)).stdout

    await shim.start()
    while ((await api.call('GET', OBJECT)).status !== 200);
    const { stdout } = await runCommand('status', '--admin-socket', adminSocket)
    t.match(stdout, /^ {2}registered +by API objects, combined; this shim writes them: \w+$/m)

    const planned = await uninstall('--dry-run')
    t.match(planned, /^would remove +ValidatingWebhookConfiguration gatehouse /m)
    t.match(
      planned,
      /^would leave +shim gatehouse-shim-\S+ +lives, or did a minute ago, and puts the webhook configurations back/m,
    )
    t.equal((await api.call('GET', OBJECT)).status, 200)

    await shim.stop()
    const { items } = await api.must<{ items: { metadata: { name: string } }[] }>('GET', LEASES)
    const member = items.map(({ metadata }) => metadata.name).find((name) => name.startsWith('gatehouse-shim-'))
    // a minute passes
    const spec = { renewTime: '2026-11-01T00:00:00.000000Z' }
    await api.must('PATCH', `${LEASES}/${member}`, { spec }, 'application/merge-patch+json')
    const done = await uninstall()
    t.match(done, /^removed +ValidatingWebhookConfiguration gatehouse /m)
    t.match(done, /^removed +Lease kube-system\/gatehouse-shim-\S+ +its shim does not renew it any more$/m)
    t.match(done, /^removed +Lease kube-system\/gatehouse-registration /m)
    t.equal((await api.call('GET', OBJECT)).status, 404)
    t.equal((await api.call('GET', `${LEASES}/${member}`)).status, 404)
    t.match(await uninstall(), /^nothing of ours is there\n/)
  },
)
