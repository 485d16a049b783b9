import type { Command } from 'commander'
import type { ExitCode } from './exit-codes.ts'
import type { Io } from './io.ts'

/** What a command's action is given besides its flags. */
export interface CommandContext {
  readonly io: Io
  /** Sets the code to leave with when the action returns; 0 otherwise. */
  leaveWith(code: ExitCode): void
}

/** Each file in `commands/` exports one of these. */
export type AddCommand = (program: Command, context: CommandContext) => void
