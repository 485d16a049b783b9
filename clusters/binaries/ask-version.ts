import { execa } from 'execa'

/** Asks a program for its version: `v1.37.2`; nothing if it does not say. */
export async function askVersion(path: string): Promise<string | undefined> {
  const { stdout } = await execa(path, ['--version'], { reject: false, timeout: 10_000, stdin: 'ignore' })
  const [, version] = /^(?:Kubernetes v|etcd Version: )(\S+)/.exec(stdout ?? '') ?? []
  return version === undefined ? undefined : `v${version}`
}
