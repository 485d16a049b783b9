import { COREDNS_VERSION, ETCD_VERSION, KIND_VERSION } from './versions.ts'

/** Who publishes a program; its releases and its Go module belong together. */
export type Project = 'kubernetes' | 'etcd' | 'coredns' | 'kind'

export interface Program {
  readonly project: Project
  /** What `go build` is told to build. */
  readonly goPackage: string
  /** What makes it say its version. */
  readonly versionArgs: readonly string[]
  /** What it says before the number. */
  readonly versionPrefix: string
}

const VERSION_FLAG = ['--version']
const kubernetes = (
  name: string,
  versionArgs: readonly string[] = VERSION_FLAG,
  versionPrefix = 'Kubernetes v',
): Program => ({ project: 'kubernetes', goPackage: `k8s.io/kubernetes/cmd/${name}`, versionArgs, versionPrefix })

/** Every program that clusters are made of. */
export const PROGRAMS = {
  etcd: {
    project: 'etcd',
    goPackage: 'go.etcd.io/etcd/server/v3',
    versionArgs: VERSION_FLAG,
    versionPrefix: 'etcd Version: ',
  },
  'kube-apiserver': kubernetes('kube-apiserver'),
  'kube-controller-manager': kubernetes('kube-controller-manager'),
  'kube-scheduler': kubernetes('kube-scheduler'),
  'kube-proxy': kubernetes('kube-proxy'),
  kubelet: kubernetes('kubelet'),
  kubeadm: kubernetes('kubeadm', ['version', '--output=short'], 'v'),
  kubectl: kubernetes('kubectl', ['version', '--client'], 'Client Version: v'),
  coredns: {
    project: 'coredns',
    goPackage: 'github.com/coredns/coredns',
    versionArgs: VERSION_FLAG,
    versionPrefix: 'CoreDNS-',
  },
  kind: {
    project: 'kind',
    goPackage: 'sigs.k8s.io/kind',
    versionArgs: VERSION_FLAG,
    versionPrefix: 'kind version ',
  },
} as const satisfies Readonly<Record<string, Program>>

export type ProgramName = keyof typeof PROGRAMS

/** The version of a program beside that Kubernetes. */
export function versionOf(name: ProgramName, kubernetesPatch: string): string {
  const { project } = PROGRAMS[name]
  if (project === 'kubernetes') return kubernetesPatch
  return { etcd: ETCD_VERSION, coredns: COREDNS_VERSION, kind: KIND_VERSION }[project]
}
