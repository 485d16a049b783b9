type Environment = Readonly<Record<string, string | undefined>>

/** The folder of control-plane binaries that envtest and its relatives use. */
export function kubebuilderAssets(env: Environment = process.env): string | undefined {
  return env['KUBEBUILDER_ASSETS'] || undefined
}
