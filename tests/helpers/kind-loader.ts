import { join } from 'node:path'
import { execa } from 'execa'
import { packageRoot } from '../../util/package-root.ts'

/** What kind itself makes of a cluster file. */
export interface LoadedCluster {
  readonly error?: string
  readonly hasLoadBalancer: boolean
  readonly nodes: readonly LoadedNode[] | null
}

export interface LoadedNode {
  readonly role: 'control-plane' | 'worker'
  readonly mounts: readonly { readonly hostPath: string; readonly containerPath: string; readonly readOnly: boolean }[]
  /** The node's kubeadm configuration, YAML of several documents, with our patches applied by kind. */
  readonly kubeadm: string
}

export interface KindLoader {
  load(kubernetesVersion: string, files: readonly string[]): Promise<Readonly<Record<string, LoadedCluster>>>
}

/** Builds `tests/fixtures/kind-loader` from kind's Go module; seconds. */
export async function buildKindLoader(folder: string): Promise<KindLoader> {
  const program = join(folder, 'kind-loader')
  await execa('go', ['build', '-buildvcs=false', '-o', program, '.'], {
    cwd: join(packageRoot(), 'tests/fixtures/kind-loader'),
    env: { GOFLAGS: '-mod=readonly', GOWORK: 'off' },
  })
  return {
    async load(kubernetesVersion, files) {
      const { stdout } = await execa(program, [kubernetesVersion, ...files])
      return JSON.parse(stdout) as Record<string, LoadedCluster>
    },
  }
}
