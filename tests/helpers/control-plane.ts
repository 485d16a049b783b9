import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Test } from 'tap'
import { resolveBinaries } from '../../clusters/binaries/resolve.ts'
import { createKubeconfig } from '../../clusters/kubeconfig.ts'
import { ensureProcess, stopAllProcesses, stopClusterProcesses } from '../../clusters/local/cluster-processes.ts'
import { etcdProcess } from '../../clusters/local/etcd.ts'
import { kubeApiServerProcess } from '../../clusters/local/kube-apiserver.ts'
import { clusterLayout } from '../../clusters/local/layout.ts'
import { ensurePki, readAdminCredentials } from '../../clusters/local/pki.ts'
import { findFreePorts } from '../../clusters/local/ports.ts'
import { type Api, connectApi } from './api.ts'

/** etcd and one kube-apiserver, for tests that say themselves what the API server is given. */
export interface ControlPlane {
  /** Short enough for sockets; goes with the test. */
  readonly folder: string
  readonly logFile: string
  /** Starts the API server, again if it runs; rejects when it does not become ready. */
  start(given?: { flags?: readonly string[]; environment?: Readonly<Record<string, string>> }): Promise<Api>
  stop(): Promise<void>
  /** Stops the API server, and removes from etcd what no API would: the keys of that prefix. */
  forget(prefix: string): Promise<void>
}

export async function createControlPlane(t: Test): Promise<ControlPlane> {
  const folder = await mkdtemp(join(tmpdir(), 'gh-'))
  const layout = clusterLayout('test', join(folder, 'state'), folder)
  t.teardown(async () => {
    await stopAllProcesses(layout)
    await rm(folder, { recursive: true, force: true })
  })
  const binaries = await resolveBinaries({ kubernetesVersion: '1.37' })
  for (const path of [layout.folder, layout.sockets, layout.logs]) await mkdir(path, { recursive: true, mode: 0o700 })
  await ensurePki(layout.pki)
  await ensureProcess(layout, etcdProcess(layout, binaries.etcd.path))
  const [port = 0] = await findFreePorts(1)
  const kubeconfig = join(folder, 'kubeconfig')
  const credentials = await readAdminCredentials(layout.pki)
  const entry = { name: 'test', server: `https://127.0.0.1:${port}`, ...credentials }
  await writeFile(kubeconfig, createKubeconfig(entry))

  const stop = () => stopClusterProcesses(layout, (name) => name !== 'etcd')
  return {
    folder,
    logFile: join(layout.logs, 'kube-apiserver-1.log'),
    stop,
    async forget(prefix) {
      await stop()
      await deleteKeys(layout.etcdSocket, prefix)
    },
    async start({ flags = [], environment = {} } = {}) {
      await stop()
      const command = binaries.kubeApiServer.path
      const options = { number: 1, command, port, flags, environment, credentials }
      await ensureProcess(layout, kubeApiServerProcess(layout, options))
      return connectApi(kubeconfig)
    },
  }
}

// https://etcd.io/docs/latest/dev-guide/api_grpc_gateway/: keys in base64, the end of the range is the prefix plus one
function deleteKeys(socketPath: string, prefix: string): Promise<void> {
  const key = Buffer.from(prefix)
  const end = Buffer.from(key)
  end.writeUInt8((end.at(-1) ?? 0) + 1, end.length - 1)
  const body = JSON.stringify({ key: key.toString('base64'), range_end: end.toString('base64') })
  return new Promise((resolve, reject) => {
    request({ socketPath, method: 'POST', path: '/v3/kv/deleterange' }, (response) => {
      response.resume()
      if (response.statusCode === 200) response.on('end', resolve)
      else reject(new Error(`etcd answered ${response.statusCode}`))
    })
      .on('error', reject)
      .end(body)
  })
}
