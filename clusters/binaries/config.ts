import { delimiter } from 'node:path'

type Environment = Readonly<Record<string, string | undefined>>

/** The folder of control-plane binaries that envtest and its relatives use. */
export function kubebuilderAssets(env: Environment = process.env): string | undefined {
  return env['KUBEBUILDER_ASSETS'] || undefined
}

/** The folders in which a shell would look for a program. */
export function programFolders(env: Environment = process.env): string[] {
  return (env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '')
}
