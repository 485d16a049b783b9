import type { AddCommand } from '../command.ts'
import { addInspectCommand } from './inspect.ts'
import { addManifestsCommand } from './manifests.ts'
import { addRunCommand } from './run.ts'
import { addShimCommand } from './shim.ts'

/** The commands in the order in which help lists them. */
export const COMMANDS: readonly AddCommand[] = [addShimCommand, addManifestsCommand, addRunCommand, addInspectCommand]
