import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { writeDockerArchive } from '../../../containers/docker-archive.ts'
import type { ImageFile } from '../../../containers/layer.ts'
import { ARCHITECTURE_NAMES, type Architecture } from '../../../image/architecture.ts'
import { listLibraries } from '../../../image/libraries.ts'
import { GatehouseError } from '../../../util/errors.ts'
import type { ProgramName } from '../../binaries/programs.ts'

/** The programs that run in Pods of the control plane, by the last part of their image's name. */
export const POD_PROGRAMS = [
  ...(['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kube-proxy', 'coredns'] as const),
] satisfies readonly ProgramName[]

export type PodProgram = (typeof POD_PROGRAMS)[number]

export interface SystemImagesOptions {
  /** As kubeadm names them. */
  readonly names: readonly string[]
  readonly programs: Readonly<Record<PodProgram, { readonly path: string }>>
  readonly architecture: Architecture
  /** Debian's packages, unpacked. */
  readonly root: string
  readonly folder: string
}

/** The images that kubeadm deploys, by the names that it gives them: `registry.k8s.io/pause:3.10.2`. */
export async function listImageNames(kubeadm: string, kubernetesVersion: string): Promise<string[]> {
  const { stdout } = await execa(
    kubeadm,
    ['config', 'images', 'list', `--kubernetes-version=${kubernetesVersion}`],
    // without a configuration it would look for one, and for a cluster
    { stdin: 'ignore', env: { KUBECONFIG: '/dev/null' } },
  )
  return stdout.trim().split('\n')
}

/** `registry.k8s.io/coredns/coredns:v1.14.6` is coredns. */
export function programOfImage(image: string): string {
  return /([^/:]+):[^/:]+$/.exec(image)?.[1] ?? image
}

/** The name of the one image among them. @throws ERR_NODE_IMAGE */
export function findImageName(names: readonly string[], program: string): string {
  const name = names.find((name) => programOfImage(name) === program)
  if (name !== undefined) return name
  throw new GatehouseError('ERR_NODE_IMAGE', `kubeadm names no image of ${program}, only ${names.join(', ')}`)
}

/** Writes the images of the control plane as archives, one layer each, for containerd to import. */
export async function writeSystemImages(options: SystemImagesOptions): Promise<ImageFile[]> {
  const { names, programs, architecture, root, folder } = options
  const images: ImageFile[] = []
  for (const program of ['pause', ...POD_PROGRAMS] as const) {
    const contents =
      program === 'pause' ? pauseContents(root) : await podContents(program, programs[program].path, options)
    const file = join(folder, `${program}.tar`)
    await writeDockerArchive({
      file,
      tag: findImageName(names, program),
      architecture,
      isCompressed: true,
      ...contents,
    })
    images.push({ path: `kind/images/${program}.tar`, from: file, mode: 0o644 })
  }
  return images
}

interface Contents {
  readonly files: readonly ImageFile[]
  readonly entrypoint?: readonly string[]
}

// The process that holds a Pod's namespaces: catatonit is made for it, and needs no libraries.
function pauseContents(root: string): Contents {
  return {
    files: [{ path: 'catatonit', from: join(root, 'usr/bin/catatonit'), mode: 0o755 }],
    entrypoint: ['/catatonit', '-P'],
  }
}

async function podContents(name: PodProgram, path: string, options: SystemImagesOptions): Promise<Contents> {
  // kubeadm starts all but CoreDNS by their names
  const place = name === 'coredns' ? 'coredns' : `usr/local/bin/${name}`
  const base: ImageFile[] = [
    { path: place, from: path, mode: 0o755 },
    { path: 'etc/passwd', text: 'root:x:0:0:root:/:/sbin/nologin\nnobody:x:65534:65534:nobody:/:/sbin/nologin\n' },
    { path: 'tmp', isFolder: true, mode: 0o1777 },
  ]
  const rules = name === 'kube-proxy' ? await packetFilterFiles(options) : []
  return { files: [...base, ...rules], entrypoint: [`/${place}`] }
}

// kube-proxy calls iptables and nft.
async function packetFilterFiles({ root, architecture }: SystemImagesOptions): Promise<ImageFile[]> {
  const programs = ['xtables-nft-multi', 'nft'].map((name) => `usr/sbin/${name}`)
  const folder = `usr/lib/${ARCHITECTURE_NAMES[architecture].libraries}/xtables`
  const names = (await readdir(join(root, folder))).sort()
  const extensions = names.map((name) => join(root, folder, name))
  const libraries = await Promise.all(
    programs.map((path) => listLibraries(join(root, path), root, architecture, extensions)),
  )
  return [
    ...programs.map((path) => ({ path, from: join(root, path), mode: 0o755 })),
    ...libraries.flat(),
    ...names.map((name) => ({ path: `${folder}/${name}`, from: join(root, folder, name), mode: 0o644 })),
    ...['iptables', 'ip6tables'].flatMap((name) =>
      ['', '-save', '-restore'].map((end) => ({ path: `usr/sbin/${name}${end}`, linkTo: 'xtables-nft-multi' })),
    ),
  ]
}
