import { readFile, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import t from 'tap'
import { KUBERNETES_PATCHES } from '../../clusters/binaries/versions.ts'
import { createClusterFolders } from '../helpers/cluster-folders.ts'

const ROOT = join(import.meta.dirname, '../..')
const text = await readFile(join(ROOT, 'docs/clusters.md'), 'utf8')
const hasKubectl = (await execa('kubectl', ['version', '--client'], { reject: false })).exitCode === 0

t.test('the commands of docs/clusters.md work', { skip: !hasKubectl && 'kubectl is not installed' }, async (t) => {
  const { environment, provider } = await createClusterFolders(t)
  const bin = t.testdir()
  await symlink(join(ROOT, 'cli/gatehouse'), join(bin, 'gatehouse'))
  const [, commands = ''] = /^```sh\n(.*?)^```$/ms.exec(text) ?? []
  const env = { ...environment, PATH: `${bin}:${process.env['PATH']}` }
  const { stdout } = await execa('sh', ['-eux', '-c', commands], { cwd: ROOT, env })
  t.match(stdout, /^default +Active/m)
  t.match(stdout, 'policy loaded policyId=')
  t.match(stdout, "cluster 'wasm' is gone")
  t.same(await provider.list(), [])
})

t.test('the versions in docs/clusters.md are those that are built', async (t) => {
  const rows = [...text.matchAll(/^\| (1\.\d+) \| (v\S+) \|/gm)].map(([, minor, patch]) => [minor, patch])
  t.same(Object.fromEntries(rows), KUBERNETES_PATCHES)
})
