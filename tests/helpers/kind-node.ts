import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import type { Test } from 'tap'
import { stringify } from 'yaml'
import { resolvePrograms } from '../../clusters/binaries/resolve.ts'
import { NODE_KUBERNETES_VERSION } from '../../clusters/binaries/versions.ts'
import { ensureNodeImage, isOwnNodeImage } from '../../clusters/kind/node-image/ensure-node-image.ts'
import { kindCluster } from '../../plugin/kind/kind-cluster.ts'
import { SILENT_STEPS } from '../../util/steps.ts'

/** A stock cluster of one kind node, with no shim beside its API server. */
export interface KindNode {
  readonly kubeconfig: string
  /** The node's container. */
  readonly container: string
  loadImage(archive: string): Promise<void>
  /** Standard output; rejects with what kubectl said. */
  kubectl(...args: readonly string[]): Promise<string>
}

/** Starts one, which goes with the test. */
export async function startKindNode(t: Test): Promise<KindNode> {
  const kubernetesVersion = NODE_KUBERNETES_VERSION
  const programs = await resolvePrograms(['kind', 'kubectl'], { kubernetesVersion, steps: SILENT_STEPS })
  const image = await ensureNodeImage(kubernetesVersion, SILENT_STEPS)
  const isOwn = isOwnNodeImage(image)
  const name = `gh-test-${process.pid}`
  const folder = mkdtempSync(join(tmpdir(), 'gh-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  const [kubeconfig, config] = [join(folder, 'kubeconfig'), join(folder, 'kind.yaml')]
  const node = {
    image,
    hasCni: isOwn,
    cgroupVersion: existsSync('/sys/fs/cgroup/cgroup.controllers') ? 2 : 1,
    ...(isOwn && { cgroupDriver: 'cgroupfs' as const }),
  } as const
  const options = { name, kubernetesVersion, controlPlanes: 1, workers: 0, node, apiServerArgs: [] }
  writeFileSync(config, stringify(kindCluster({ WasmPolicies: false }, options)))
  const kind = (...args: string[]) => execa(programs.kind.path, [...args, '--name', name])
  t.teardown(() => kind('delete', 'cluster', '--kubeconfig', kubeconfig))
  await kind('create', 'cluster', '--config', config, '--kubeconfig', kubeconfig, '--wait', '180s')
  return {
    kubeconfig,
    container: `${name}-control-plane`,
    async loadImage(archive) {
      await kind('load', 'image-archive', archive)
    },
    kubectl: async (...args) => (await execa(programs.kubectl.path, ['--kubeconfig', kubeconfig, ...args])).stdout,
  }
}
