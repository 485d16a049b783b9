import { createHash } from 'node:crypto'
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { resolvePrograms } from '../../clusters/binaries/resolve.ts'
import { KUBERNETES_PATCHES, NODE_KUBERNETES_VERSION } from '../../clusters/binaries/versions.ts'
import { ensureNodeImage } from '../../clusters/kind/node-image/ensure-node-image.ts'
import type { ContainerEngine } from '../../containers/engine.ts'
import { SILENT_STEPS } from '../../util/steps.ts'

const FIXTURE = join(import.meta.dirname, '../fixtures/k3s-stand-in')
const PROGRAMS = ['etcd', 'kube-apiserver', 'kube-controller-manager'] as const

/** Of the stand-in. */
export const STAND_IN_VERSION = KUBERNETES_PATCHES[NODE_KUBERNETES_VERSION]

/**
 * Makes an image that behaves as k3s's does, as far as whoever starts it can see: a server without an agent, whose API server is
 * the upstream one. Returns its name. What only k3s itself can show, it does not show.
 */
export async function ensureStandIn(engine: ContainerEngine): Promise<string> {
  const nodeImage = await ensureNodeImage(NODE_KUBERNETES_VERSION, SILENT_STEPS, { isOwn: true })
  const texts = await Promise.all(
    ['k3s', 'kubeadm.yaml', 'Dockerfile'].map((name) => readFile(join(FIXTURE, name), 'utf8')),
  )
  const digest = createHash('sha256')
    .update(JSON.stringify([nodeImage, texts]))
    .digest('hex')
    .slice(0, 12)
  const tag = `gatehouse.internal/k3s-stand-in:${STAND_IN_VERSION}-${digest}`
  if (await engine.succeeds(['image', 'inspect', tag])) return tag
  const programs = await resolvePrograms(PROGRAMS, { kubernetesVersion: NODE_KUBERNETES_VERSION, steps: SILENT_STEPS })
  const folder = await mkdtemp(join(tmpdir(), 'gh-k3s-'))
  try {
    const paths = PROGRAMS.map((name) => programs[name].path)
    for (const path of [...paths, join(FIXTURE, 'k3s'), join(FIXTURE, 'Dockerfile')])
      await copyFile(path, join(folder, basename(path)))
    await writeFile(join(folder, 'kubeadm.yaml'), (texts[1] ?? '').replace('KUBERNETES_VERSION', STAND_IN_VERSION))
    await engine.run(['build', '--tag', tag, '--build-arg', `NODE_IMAGE=${nodeImage}`, folder])
    return tag
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
