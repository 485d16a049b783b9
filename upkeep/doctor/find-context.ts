import { askVersion } from '../../clusters/binaries/ask-version.ts'
import { readKubeconfig } from '../../kube/kubeconfig/read-kubeconfig.ts'
import { KubeClient } from '../../kube/requests/kube-client.ts'
import { askShim } from '../../shim/admin/admin-client.ts'
import { messageOf } from '../../util/errors.ts'
import { type ApiReader, createApiReader } from '../api-reader.ts'
import { type ApiServerSearch, findApiServer } from './api-server/find-api-server.ts'
import type { DoctorContext, SeenShim } from './context.ts'
import { type Observation, ok, problem, warning } from './finding.ts'

export interface DoctorOptions extends ApiServerSearch {
  readonly kubeconfig?: string
  readonly adminSocket: string
}

/** Finds what the checks look at. Never throws: what is not found is an observation. The client ends with `resources`. */
export async function findContext(options: DoctorOptions, resources: DisposableStack): Promise<DoctorContext> {
  const [shim, api] = await Promise.all([findShim(options.adminSocket), findApi(options.kubeconfig, resources)])
  const found = await findApiServer({ ...options, ...(api.api && { server: api.api.server }) })
  const { apiServer } = found
  const asked =
    apiServer?.pid === undefined ? undefined : await askVersion(`/proc/${apiServer.pid}/exe`, 'kube-apiserver')
  const kubernetesVersion = asked ?? api.version
  return {
    ...(apiServer === undefined ? {} : { apiServer }),
    ...(shim.shim === undefined ? {} : { shim: shim.shim }),
    ...(api.api === undefined ? {} : { api: api.api }),
    ...(kubernetesVersion === undefined ? {} : { kubernetesVersion }),
    search: { apiServer: found.observation, shim: shim.observation, api: api.observation },
  }
}

async function findShim(adminSocket: string): Promise<{ observation: Observation; shim?: SeenShim }> {
  try {
    const status = await askShim(adminSocket, 'GET /status')
    const policies = await askShim(adminSocket, 'GET /policies')
    return { observation: ok(`version ${status.version}, pid ${status.pid}`), shim: { status, policies } }
  } catch (error) {
    return {
      observation: problem(messageOf(error), 'Start `gatehouse shim`, or name its admin socket by --admin-socket.'),
    }
  }
}

async function findApi(
  kubeconfig: string | undefined,
  resources: DisposableStack,
): Promise<{ observation: Observation; api?: ApiReader; version?: string }> {
  if (kubeconfig === undefined)
    return {
      observation: warning(
        'none is given: API objects, clock and aggregated groups are not looked at',
        'Give one by --kubeconfig.',
      ),
    }
  try {
    const api = createApiReader(resources.use(new KubeClient(await readKubeconfig(kubeconfig))))
    const { gitVersion } = await api.get('/version')
    return { observation: ok(`${kubeconfig} leads to ${api.server}`), api, version: String(gitVersion) }
  } catch (error) {
    return { observation: problem(`${kubeconfig}: ${messageOf(error)}`, 'Give the kubeconfig of a cluster admin.') }
  }
}
