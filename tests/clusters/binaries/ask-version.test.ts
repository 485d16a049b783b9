import { join } from 'node:path'
import t from 'tap'
import { askVersion } from '../../../clusters/binaries/ask-version.ts'
import type { ProgramName } from '../../../clusters/binaries/programs.ts'
import { writeProgram } from '../../helpers/fake-program.ts'

/** What the programs print, and the arguments that they want for it. */
const ANSWERS: Partial<Record<ProgramName, [args: string, output: string, version: string]>> = {
  kubelet: ['--version', 'Kubernetes v1.37.2', 'v1.37.2'],
  kubeadm: ['version --output=short', 'v1.37.2', 'v1.37.2'],
  kubectl: ['version --client', 'Client Version: v1.37.2\nKustomize Version: v5.8.1', 'v1.37.2'],
  etcd: ['--version', 'etcd Version: 3.7.3\nGit SHA: x', 'v3.7.3'],
  coredns: ['--version', 'CoreDNS-1.14.6\nlinux/amd64, go1.26.8, ', 'v1.14.6'],
  kind: ['--version', 'kind version 0.33.0', 'v0.33.0'],
}

t.test('every program is asked for its version in its own way', async (t) => {
  for (const [name, [args, output, version]] of Object.entries(ANSWERS)) {
    const path = join(t.testdirName, name)
    await writeProgram(path, `[ "$*" = '${args}' ] && echo '${output}'`)
    t.equal(await askVersion(path, name as ProgramName), version)
  }
})

t.test('a program that says something else has no version', async (t) => {
  const path = join(t.testdirName, 'kubeadm')
  await writeProgram(path, 'echo very new')
  t.equal(await askVersion(path, 'kubeadm'), undefined)
  t.equal(await askVersion(process.execPath, 'kube-apiserver'), undefined)
})
