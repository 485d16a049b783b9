import type { Command } from 'commander'
import type { CommandContext } from '../program.ts'

type AddCommand = (program: Command, context: CommandContext) => void

/** The commands in the order in which help lists them. */
export const COMMANDS: readonly AddCommand[] = []
