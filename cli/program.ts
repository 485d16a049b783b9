import { Command, CommanderError } from 'commander'
import { packageVersion } from '../util/package-version.ts'
import type { CommandContext } from './command.ts'
import { COMMANDS } from './commands/index.ts'
import { EXIT, type ExitCode, exitCodeOf } from './exit-codes.ts'
import { formatError } from './format-error.ts'
import type { Io } from './io.ts'
import { formatKwctlError } from './kwctl/format-kwctl-error.ts'

/** Runs one command line to its end and says what to leave with. Never throws, never exits. */
export async function runCommandLine(argv: readonly string[], io: Io): Promise<ExitCode> {
  let code: ExitCode = EXIT.OK
  const context: CommandContext = {
    io,
    leaveWith(value) {
      code = value
    },
  }
  try {
    const program = await createProgram(context, argv[0])
    await program.parseAsync(argv, { from: 'user' })
    return code
  } catch (error) {
    // commander has already printed its own message, or the help that was asked for
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.OK : EXIT.USAGE
    // `kwctl`'s scripts know its words and its code
    io.err(argv[0] === 'kwctl' ? formatKwctlError(error) : formatError(error))
    return argv[0] === 'kwctl' ? EXIT.NO : exitCodeOf(error)
  }
}

/**
 * The command tree, which the CLI reference is generated from too: with all commands, unless a first word names one.
 * Loading the others would take several times as long as what it does.
 */
export async function createProgram(context: CommandContext, firstWord = ''): Promise<Command> {
  const program = new Command('gatehouse')
    .description(
      'Kubernetes admission policies in WebAssembly, beside an unmodified kube-apiserver, over a Unix socket.',
    )
    .version(packageVersion(), '--version', 'print the version')
    .helpCommand('help [command]', 'show help for a command')
    // `kwctl` has a version of its own
    .enablePositionalOptions()
  const names = Object.hasOwn(COMMANDS, firstWord) ? [firstWord] : Object.keys(COMMANDS)
  for (const addCommand of await Promise.all(names.map((name) => COMMANDS[name]?.()))) addCommand?.(program, context)
  for (const command of walk(program)) {
    command
      .exitOverride()
      .configureOutput({ writeOut: context.io.out, writeErr: context.io.err })
      .helpOption('-h, --help', 'show help')
      .showHelpAfterError('(add --help for the flags and examples)')
  }
  return program
}

/** A command and all commands below it. */
export function walk(command: Command): Command[] {
  return [command, ...command.commands.flatMap(walk)]
}
