import type { AddCommand } from '../command.ts'
import { addBenchCommand } from './bench.ts'
import { addClusterCommand } from './cluster.ts'
import { addInspectCommand } from './inspect.ts'
import { addLintCommand } from './lint.ts'
import { addManifestsCommand } from './manifests.ts'
import { addRunCommand } from './run.ts'
import { addShimCommand } from './shim.ts'

/** The commands in the order in which help lists them. */
export const COMMANDS: readonly AddCommand[] = [
  addShimCommand,
  addClusterCommand,
  addManifestsCommand,
  addLintCommand,
  addRunCommand,
  addInspectCommand,
  addBenchCommand,
]
