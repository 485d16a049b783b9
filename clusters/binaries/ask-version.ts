import { execa } from 'execa'
import { PROGRAMS, type ProgramName } from './programs.ts'

/** Asks a program for its version: `v1.37.2`; nothing if it does not say. */
export async function askVersion(path: string, name: ProgramName = 'kube-apiserver'): Promise<string | undefined> {
  const { stdout } = await execa(path, PROGRAMS[name].versionArgs, { reject: false, timeout: 10_000, stdin: 'ignore' })
  const [, version] =
    /^(?:Kubernetes v|etcd Version: |Client Version: v|kind version |CoreDNS-|v(?=\d))(\S+)/.exec(stdout ?? '') ?? []
  return version === undefined ? undefined : `v${version}`
}
