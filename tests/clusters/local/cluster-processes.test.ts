import { mkdir } from 'node:fs/promises'
import t, { type Test } from 'tap'
import {
  ensureProcess,
  findClusterProcesses,
  stopAllProcesses,
  stopClusterProcesses,
} from '../../../clusters/local/cluster-processes.ts'
import { clusterLayout } from '../../../clusters/local/layout.ts'

const READINESS = { isReady: async () => true, timeoutMs: 10_000 }

t.test('processes are found by the cluster that they belong to', async (t) => {
  const folder = t.testdir()
  const a = await layoutFor(t, 'a', folder)
  const b = await layoutFor(t, 'b', folder)
  await ensureProcess(a, sleeper('etcd'))
  await ensureProcess(a, sleeper('shim-1'))
  await ensureProcess(b, sleeper('etcd'))
  t.same(await names(a), ['etcd', 'shim-1'])
  t.same(await names(b), ['etcd'])
  await stopClusterProcesses(a, (name) => name.startsWith('shim-'))
  t.same(await names(a), ['etcd'])
  await stopAllProcesses(a)
  t.same(await names(a), [])
  t.same(await names(b), ['etcd'])
})

t.test('a process that runs is not started again', async (t) => {
  const layout = await layoutFor(t, 'c', t.testdir())
  await ensureProcess(layout, sleeper('etcd'))
  const before = await findClusterProcesses(layout)
  await ensureProcess(layout, sleeper('etcd'))
  t.same(await findClusterProcesses(layout), before)
})

async function layoutFor(t: Test, name: string, folder: string) {
  const layout = clusterLayout(name, folder, folder)
  await mkdir(layout.logs, { recursive: true })
  t.teardown(() => stopAllProcesses(layout))
  return layout
}

function sleeper(name: string) {
  return { name, command: '/bin/sleep', args: ['600'], environment: {}, readiness: READINESS }
}

async function names(layout: { folder: string }): Promise<string[]> {
  return (await findClusterProcesses(layout)).map(({ name }) => name).sort()
}
