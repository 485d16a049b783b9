import type { AddCommand } from '../command.ts'
import { addManifestsCommand } from './manifests.ts'

/** The commands in the order in which help lists them. */
export const COMMANDS: readonly AddCommand[] = [addManifestsCommand]
