import { createHash } from 'node:crypto'
import { PROGRAMS, type ProgramName, versionOf } from '../../binaries/programs.ts'
import { DEBIAN_PACKAGES, LEFT_OUT } from './debian.ts'
import { listOwnFiles } from './own-files.ts'
import { POD_PROGRAMS } from './system-images.ts'

/** What a node runs outside of Pods. */
export const HOST_PROGRAMS = ['kubelet', 'kubeadm', 'kubectl'] as const satisfies readonly ProgramName[]

export const NODE_PROGRAMS = [...HOST_PROGRAMS, ...POD_PROGRAMS] as const

/** Changes when an image is put together in another way from the same parts. */
const LAYOUT = 2

export const REPOSITORY = 'localhost/gatehouse-node'

/**
 * The name of the image that this package builds: equal as long as its versions and our own files are. Debian's packages count
 * by name only, so that a node comes up without a question to a mirror; `scripts/build-node-image --force` takes the newest.
 */
export async function nodeImageName(kubernetesPatch: string, architecture: string): Promise<string> {
  const versions = NODE_PROGRAMS.map((name) => [name, PROGRAMS[name].goPackage, versionOf(name, kubernetesPatch)])
  const files = await listOwnFiles('', kubernetesPatch)
  const recipe = JSON.stringify({ LAYOUT, architecture, versions, files, DEBIAN_PACKAGES, LEFT_OUT })
  return `${REPOSITORY}:${kubernetesPatch}-${createHash('sha256').update(recipe).digest('hex').slice(0, 12)}`
}
