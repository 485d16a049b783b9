import { ExecaError, execa, type Options } from 'execa'
import { GatehouseError } from '../util/errors.ts'
import { chosenEngine } from './config.ts'

export type EngineName = 'docker' | 'podman'

export interface EngineRunOptions {
  /** Standard input: a text, or the file that holds it. */
  readonly input?: string | Uint8Array
  readonly inputFile?: string
  readonly timeoutMs?: number
  readonly signal?: AbortSignal
  /** Given every line of both output streams as it comes. */
  readonly onLine?: (line: string) => void
}

/** Docker or podman, which understand the same commands as far as we use them. */
export interface ContainerEngine {
  readonly name: EngineName
  /** Runs one command and returns its standard output without the last line break. @throws ERR_CONTAINER_COMMAND */
  run(args: readonly string[], options?: EngineRunOptions): Promise<string>
  /** Whether the command succeeds, as `image inspect` tells whether there is an image. */
  succeeds(args: readonly string[]): Promise<boolean>
}

const ENGINES: readonly EngineName[] = ['docker', 'podman']
const ANSWER_MS = 20_000

/** The container engine of this machine: that of kind's own variable, else docker if it answers, else podman. @throws ERR_CONTAINER_ENGINE */
export async function findContainerEngine(): Promise<ContainerEngine> {
  const chosen = chosenEngine()
  if (chosen !== undefined && !ENGINES.some((name) => name === chosen)) {
    throw new GatehouseError(
      'ERR_CONTAINER_ENGINE',
      `KIND_EXPERIMENTAL_PROVIDER is ${chosen}, which is not understood here`,
      {
        hint: `Set it to ${ENGINES.join(' or ')}, or leave it out.`,
      },
    )
  }
  const tried: string[] = []
  for (const name of ENGINES.filter((name) => chosen === undefined || name === chosen)) {
    const reason = await whyNot(name)
    if (reason === undefined) return containerEngine(name)
    tried.push(`${name}: ${reason}`)
  }
  throw new GatehouseError('ERR_CONTAINER_ENGINE', `no container engine answers:\n    ${tried.join('\n    ')}`, {
    hint: 'Run scripts/dockerd, which starts a Docker daemon that is installed, and scripts/dockerd --install for one that is not.',
  })
}

/** The engine of that name, whether it answers or not. */
export function containerEngine(name: EngineName): ContainerEngine {
  const run: ContainerEngine['run'] = async (args, options = {}) => {
    try {
      const child = execa(name, args, execaOptions(options))
      if (options.onLine !== undefined) {
        for await (const line of child.iterable({ from: 'all' })) options.onLine(String(line))
      }
      return String((await child).stdout)
    } catch (error) {
      throw new GatehouseError('ERR_CONTAINER_COMMAND', describeFailure(error), { cause: error })
    }
  }
  return {
    name,
    run,
    succeeds: async (args) => (await execa(name, args, { reject: false, stdin: 'ignore' })).exitCode === 0,
  }
}

function execaOptions({ input, inputFile, timeoutMs, signal }: EngineRunOptions) {
  return {
    all: true,
    ...(input === undefined && inputFile === undefined && { stdin: 'ignore' }),
    ...(input !== undefined && { input }),
    ...(inputFile !== undefined && { inputFile }),
    ...(timeoutMs !== undefined && { timeout: timeoutMs }),
    ...(signal !== undefined && { cancelSignal: signal }),
  } as const satisfies Options
}

async function whyNot(name: EngineName): Promise<string | undefined> {
  // the server's version, since the client alone answers `version` too
  const format = name === 'docker' ? ['--format', '{{.Server.Version}}'] : []
  const args = name === 'docker' ? ['version', ...format] : ['info']
  const answer = await execa(name, args, { reject: false, stdin: 'ignore', timeout: ANSWER_MS })
  if (!answer.failed) return undefined
  if (answer.code === 'ENOENT') return 'is not installed'
  return String(answer.stderr).trim().split('\n').at(-1) || answer.shortMessage
}

function describeFailure(error: unknown): string {
  if (!(error instanceof ExecaError)) return String(error)
  const lines = String(error.stderr ?? '').trim()
  return lines === '' ? error.shortMessage : `${error.shortMessage}\n    ${lines.split('\n').slice(-8).join('\n    ')}`
}
