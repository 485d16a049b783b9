import { type AdmissionConfiguration, addAdmissionPlugin } from './admission-configuration.ts'
import type { ExistingFile } from './existing-file.ts'

/** What the admission plugin of plugin/in-process is told. */
export interface WasmPolicyOptions {
  /** policies.yml, or a file or folder of ClusterAdmissionPolicy YAML. */
  readonly policies: string
  /** The file of each module that the policies do not name by its path. */
  readonly modules: Readonly<Record<string, string>>
  readonly exclusions: 'default' | 'none'
  /** Where reviews are handed to a shim; unless given, policies run in the API server. */
  readonly framedSocket?: string
  /** Keeps what was compiled for the next start. */
  readonly compilationCache?: string
}

/** The flags by which an API server of plugin/in-process finds its policies. */
export function wasmPolicyFlags(admissionConfigurationFile: string): string[] {
  return ['--feature-gates=WasmPolicies=true', `--admission-control-config-file=${admissionConfigurationFile}`]
}

/** The AdmissionConfiguration with the plugin's entry, and what an existing file says besides. @throws ERR_PLUGIN_OPTIONS */
export function wasmPolicyConfiguration(
  { policies, modules, exclusions, framedSocket, compilationCache }: WasmPolicyOptions,
  existing?: ExistingFile,
): AdmissionConfiguration {
  const configuration = {
    apiVersion: 'gatehouse.dev/v1alpha1',
    kind: 'WasmPolicyConfiguration',
    mode: framedSocket === undefined ? 'InProcess' : 'Shim',
    policiesFile: policies,
    exclusions,
    ...(framedSocket === undefined ? { modules } : { framedSocket }),
    ...(framedSocket === undefined && compilationCache !== undefined && { compilationCache }),
  }
  return addAdmissionPlugin({ name: 'WasmPolicy', configuration }, existing)
}
