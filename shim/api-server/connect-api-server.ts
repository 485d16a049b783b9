import { readInClusterConnection } from '../../kube/kubeconfig/in-cluster.ts'
import { readKubeconfig } from '../../kube/kubeconfig/read-kubeconfig.ts'
import { KubeClient } from '../../kube/requests/kube-client.ts'

/** In the place of a kubeconfig: the service account of the Pod that the shim runs in. */
export const IN_CLUSTER = 'in-cluster'

/** Opens the shim's own way to the API server, without asking it anything: it may wait for the shim. */
export async function connectApiServer(kubeconfig: string): Promise<KubeClient> {
  const read = () => (kubeconfig === IN_CLUSTER ? readInClusterConnection() : readKubeconfig(kubeconfig))
  return new KubeClient(await read(), { reload: read })
}
