import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ImageFile } from '../../../containers/layer.ts'
import { packageRoot } from '../../../util/package-root.ts'

/** Where our own files go on a node, by their names in `files/`. */
const PLACES: Readonly<Record<string, { readonly path: string; readonly mode?: number }>> = {
  entrypoint: { path: 'usr/local/bin/entrypoint', mode: 0o755 },
  journalctl: { path: 'usr/local/bin/journalctl', mode: 0o755 },
  crictl: { path: 'usr/local/bin/crictl', mode: 0o755 },
  'containerd.toml': { path: 'etc/containerd/config.toml' },
  'kubelet.conf': { path: 'kind/kubelet.conf.d/10-node.conf' },
  'network.conflist': { path: 'kind/network.conflist' },
  'default-cni.yaml': { path: 'kind/manifests/default-cni.yaml' },
}

export const ENTRYPOINT = '/usr/local/bin/entrypoint'

/** What is ours on a node: its first process, and the configuration of containerd, the kubelet and the network. */
export async function listOwnFiles(pauseImage: string, kubernetesVersion: string): Promise<ImageFile[]> {
  const folder = join(packageRoot(), 'clusters/kind/node-image/files')
  const files = await Promise.all(
    Object.entries(PLACES).map(async ([name, place]) => {
      const text = await readFile(join(folder, name), 'utf8')
      return { ...place, text: text.replace('PAUSE_IMAGE', pauseImage) }
    }),
  )
  return [
    ...files,
    { path: 'kind/version', text: kubernetesVersion },
    // static Pods and modules of the host are mounted from here
    { path: 'etc/kubernetes/manifests', isFolder: true },
    { path: 'usr/lib/modules', isFolder: true },
  ]
}
