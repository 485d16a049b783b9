import type { AddCommand } from '../command.ts'

/** The commands by name, in the order in which help lists them. Each is loaded when it is asked for: there are many. */
export const COMMANDS: Readonly<Record<string, () => Promise<AddCommand>>> = {
  shim: async () => (await import('./shim.ts')).addShimCommand,
  status: async () => (await import('./status.ts')).addStatusCommand,
  policies: async () => (await import('./policies.ts')).addPoliciesCommand,
  top: async () => (await import('./top.ts')).addTopCommand,
  disable: async () => (await import('./disable.ts')).addDisableCommand,
  enable: async () => (await import('./enable.ts')).addEnableCommand,
  doctor: async () => (await import('./doctor.ts')).addDoctorCommand,
  uninstall: async () => (await import('./uninstall.ts')).addUninstallCommand,
  certificates: async () => (await import('./certificates.ts')).addCertificatesCommand,
  cluster: async () => (await import('./cluster.ts')).addClusterCommand,
  manifests: async () => (await import('./manifests.ts')).addManifestsCommand,
  install: async () => (await import('./install.ts')).addInstallCommand,
  lint: async () => (await import('./lint.ts')).addLintCommand,
  run: async () => (await import('./run.ts')).addRunCommand,
  test: async () => (await import('./test.ts')).addTestCommand,
  pull: async () => (await import('./pull.ts')).addPullCommand,
  push: async () => (await import('./push.ts')).addPushCommand,
  digest: async () => (await import('./digest.ts')).addDigestCommand,
  store: async () => (await import('./store.ts')).addStoreCommand,
  rm: async () => (await import('./rm.ts')).addRmCommand,
  annotate: async () => (await import('./annotate.ts')).addAnnotateCommand,
  inspect: async () => (await import('./inspect.ts')).addInspectCommand,
  kwctl: async () => (await import('./kwctl.ts')).addKwctlCommand,
  bench: async () => (await import('./bench.ts')).addBenchCommand,
}
