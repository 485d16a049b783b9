import { readKubeconfig } from '../../kube/kubeconfig/read-kubeconfig.ts'
import { KubeClient } from '../../kube/requests/kube-client.ts'

/** Opens the shim's own way to the API server, without asking it anything: it may wait for the shim. */
export async function connectApiServer(kubeconfig: string): Promise<KubeClient> {
  return new KubeClient(await readKubeconfig(kubeconfig))
}
