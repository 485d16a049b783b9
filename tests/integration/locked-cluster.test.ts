import { mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import t, { type Test } from 'tap'
import { stringify } from 'yaml'
import type { Api } from '../helpers/api.ts'
import { createControlPlane } from '../helpers/control-plane.ts'
import { startBeside } from '../helpers/doctor.ts'

t.setTimeout(300_000)

const ROOT = join(import.meta.dirname, '../..')
const text = await readFile(join(ROOT, 'docs/locked-cluster.md'), 'utf8')
const hasKubectl = (await execa('kubectl', ['version', '--client'], { reject: false })).exitCode === 0

/** The commands below the headings of the page, by the headings' numbers. */
const commands = new Map(
  text
    .split(/^## /m)
    .map((section) => [
      section.slice(0, 1),
      [...section.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block = '']) => block),
    ]),
)

const create = (api: Api) =>
  api.call('POST', '/api/v1/namespaces/default/configmaps?dryRun=All', { metadata: { name: 'a' } })

t.test(
  'the steps of docs/locked-cluster.md open a locked cluster',
  { skip: !hasKubectl && 'kubectl is not installed' },
  async (t) => {
    await using beside = await startBeside(t)
    const { test, folder, manifests } = beside
    const policies = join(test.folder, 'policies.yml')
    const rules = [{ apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'], operations: ['CREATE'] }]
    const locked = stringify({ no: { module: './no.wasm', policyMode: 'protect', rules } })
    await writeFile(policies, locked)
    await test.shim.reload()
    const controlPlane = await createControlPlane(t)
    const kubeconfig = join(controlPlane.folder, 'kubeconfig')
    const flags = { flags: manifests.additions.flags }
    const api = await controlPlane.start(flags)

    // the defaults of the page are this test's folders
    const bin = join(test.folder, 'bin')
    await mkdir(bin)
    await symlink(join(ROOT, 'cli/gatehouse'), join(bin, 'real'))
    const asked = `case $1 in status|policies|top|disable|enable|doctor) set -- "$@" --admin-socket '${test.adminSocket}';; esac`
    await writeFile(join(bin, 'gatehouse'), `#!/bin/sh\n${asked}\nexec '${bin}/real' "$@"\n`, { mode: 0o755 })
    const env = { PATH: `${bin}:${process.env['PATH']}`, KUBECONFIG: kubeconfig, HOME: test.folder }
    const run = async (step: string, index = 0) => {
      const page = commands.get(step)?.[index] ?? 'false'
      const script = page
        .replaceAll('/etc/gatehouse/policies.yml', policies)
        .replaceAll('/etc/gatehouse', folder)
        .replaceAll('/etc/kubernetes/admin.conf', kubeconfig)
        .replaceAll('/etc/kubernetes/manifests/kube-apiserver.yaml', beside.flagFile)
      return (await execa('sh', ['-eux', '-c', script], { env })).stdout
    }
    const manifestFile = join(folder, 'validating/gatehouse.yaml')
    const manifest = await readFile(manifestFile, 'utf8')
    const writeManifest = () => writeFile(manifestFile, manifest)
    const admissionConfiguration = await readFile(join(folder, 'admission-configuration.yaml'), 'utf8')
    const isLocked = async (t: Test, is: boolean) => {
      while (((await create(api)).status === 201) === is);
      t.equal((await create(api)).status === 201, !is, is ? 'locked' : 'open')
    }

    await t.test('1: what is wrong', async (t) => {
      await isLocked(t, true)
      t.match(await run('1'), /^no +served +0 +[1-9]/m)
      await writeFile(manifestFile, manifest.replace(/combined\/\w+/, 'combined/0123'))
      while (!(await create(api)).text.includes('failed calling webhook'));
      t.match((await create(api)).text, 'the server is currently unable to handle the request')
      t.match(await run('1'), /^registration +problem .* the policy set 0123, and the shim has /m)
      await writeManifest()
    })

    await t.test('2: disable', async (t) => {
      t.match(await run('2'), 'configmap/unlocked created')
    })

    await t.test('3: repair', async (t) => {
      await run('3')
      while (
        !(await test.call('GET', '/metrics')).text.includes('gatehouse_policies_reloads_total{result="success"} 2')
      );
      t.match(await run('3', 1), /^no +disabled +monitor[\s\S]*configmap\/repaired created/m)
      await writeFile(policies, locked)
      await isLocked(t, true)
    })

    await t.test('4: uninstall, and the same by hand', async (t) => {
      t.match(await run('4'), 'configmap/uninstalled created')
      await writeManifest()
      await isLocked(t, true)
      t.match(await run('4', 1), 'configmap/removed created')
    })

    await t.test('5: an API server that does not start for a broken manifest starts without the flags', async (t) => {
      await writeManifest()
      await writeFile(join(folder, 'admission-configuration.yaml'), admissionConfiguration)
      await writeFile(join(folder, 'mutating/gatehouse.yaml'), 'kind: Pod')
      await t.rejects(controlPlane.start(flags), { code: 'ERR_PROCESS_EXITED' })
      t.match(await run('5'), /static-manifests +problem +\S+mutating\/gatehouse.yaml holds a Pod/)
      await rm(join(folder, 'mutating/gatehouse.yaml'))
      t.equal((await create(await controlPlane.start())).status, 201)
    })
  },
)
