import { execFileSync } from 'node:child_process'
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { parseAllDocuments } from 'yaml'
import { ENTRYPOINT, listOwnFiles } from '../../../../clusters/kind/node-image/own-files.ts'

const PAUSE = 'registry.k8s.io/pause:3.10.2'

t.test('a node is configured for the version and the pause image that kubeadm names', async (t) => {
  const files = await texts()
  t.equal(files.get('kind/version'), 'v1.37.2')
  t.match(files.get('etc/containerd/config.toml'), `sandbox_image = "${PAUSE}"`)
  t.same(
    parseAllDocuments(files.get('kind/kubelet.conf.d/10-node.conf') ?? '').map((document) => document.toJS()),
    [
      {
        apiVersion: 'kubelet.config.k8s.io/v1beta1',
        kind: 'KubeletConfiguration',
        cgroupDriver: 'cgroupfs',
        failCgroupV1: false,
      },
    ],
  )
  const network = (files.get('kind/network.conflist') ?? '').replace('MTU', '1450')
  t.match(JSON.parse(network), { plugins: [{ type: 'ptp', mtu: 1450 }, { type: 'portmap' }] })
})

t.test(
  'the first process says a line by which kind knows that a node is up, with either kind of cgroups',
  async (t) => {
    const entrypoint = (await texts()).get(ENTRYPOINT.slice(1)) ?? ''
    const lines = [...entrypoint.matchAll(/^ +echo '(.*)'$/gm)].map(([, line]) => line)
    t.equal(lines.length, 2)
    // https://github.com/kubernetes-sigs/kind/blob/v0.33.0/pkg/cluster/internal/providers/common/cgroups.go
    for (const line of lines) t.match(line, /Reached target .*Multi-User System.*|detected cgroup v1/)
  },
)

t.test('the scripts of a node are shell that a shell understands, and executable', async (t) => {
  const scripts = (await listOwnFiles(PAUSE, 'v1.37.2')).filter((file) => file.path.startsWith('usr/local/bin/'))
  t.equal(scripts.length, 3)
  for (const script of scripts) {
    t.match(script, { mode: 0o755 })
    execFileSync('bash', ['-n'], { input: 'text' in script ? script.text : '' })
  }
})

t.test('the words that kind says to journalctl and crictl are understood', async (t) => {
  const folder = t.testdir({ bin: { ctr: '#!/bin/sh\necho "ctr $*"\n' } })
  chmodSync(join(folder, 'bin/ctr'), 0o755)
  const files = await texts()
  const run = (name: string, ...args: string[]) => {
    const file = join(folder, name)
    writeFileSync(file, files.get(`usr/local/bin/${name}`) ?? '', { mode: 0o755 })
    const env = { PATH: `${join(folder, 'bin')}:${process.env['PATH']}` }
    return execFileSync(file, args, { encoding: 'utf8', env, stdio: ['ignore', 'pipe', 'ignore'] })
  }
  t.equal(run('crictl', 'images'), 'ctr -n k8s.io images ls\n')
  t.throws(() => run('crictl', 'inspecti', 'x'), 'so that kind loads the image')
  t.equal(run('journalctl', '--no-pager', '-u', 'absent.service'), 'no log of absent.service\n')
})

async function texts(): Promise<Map<string, string>> {
  const files = await listOwnFiles(PAUSE, 'v1.37.2')
  return new Map(files.map((file) => [file.path, 'text' in file ? file.text : '']))
}
