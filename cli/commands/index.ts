import type { AddCommand } from '../command.ts'

/** The commands in the order in which help lists them. */
export const COMMANDS: readonly AddCommand[] = []
