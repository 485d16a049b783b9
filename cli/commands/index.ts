import type { AddCommand } from '../command.ts'
import { addBenchCommand } from './bench.ts'
import { addCertificatesCommand } from './certificates.ts'
import { addClusterCommand } from './cluster.ts'
import { addDisableCommand } from './disable.ts'
import { addDoctorCommand } from './doctor.ts'
import { addEnableCommand } from './enable.ts'
import { addInspectCommand } from './inspect.ts'
import { addLintCommand } from './lint.ts'
import { addManifestsCommand } from './manifests.ts'
import { addPoliciesCommand } from './policies.ts'
import { addRunCommand } from './run.ts'
import { addShimCommand } from './shim.ts'
import { addStatusCommand } from './status.ts'
import { addTopCommand } from './top.ts'
import { addUninstallCommand } from './uninstall.ts'

/** The commands in the order in which help lists them. */
export const COMMANDS: readonly AddCommand[] = [
  addShimCommand,
  addStatusCommand,
  addPoliciesCommand,
  addTopCommand,
  addDisableCommand,
  addEnableCommand,
  addDoctorCommand,
  addUninstallCommand,
  addCertificatesCommand,
  addClusterCommand,
  addManifestsCommand,
  addLintCommand,
  addRunCommand,
  addInspectCommand,
  addBenchCommand,
]
