import { runCommandLine } from '../../cli/program.ts'
import { createRecordedIo } from './recorded-io.ts'

export interface CommandResult {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs one command line in this process. */
export async function runCommand(...argv: readonly string[]): Promise<CommandResult> {
  const io = createRecordedIo()
  const code = await runCommandLine(argv, io)
  return { code, stdout: io.stdout(), stderr: io.stderr() }
}
