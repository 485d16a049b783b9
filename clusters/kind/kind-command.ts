import { ExecaError, execa } from 'execa'
import type { ContainerEngine, EngineName } from '../../containers/engine.ts'
import { GatehouseError } from '../../util/errors.ts'
import { nodeProxyEnvironment } from './config.ts'

export interface KindRunOptions {
  readonly signal?: AbortSignal | undefined
  /** Given what kind says while it works. */
  readonly onLine?: (line: string) => void
}

const LINES_SHOWN = 30

/** The program kind, for the engine that was found. */
export class KindCommand {
  readonly #program: string
  readonly #engine: EngineName

  constructor(program: string, engine: Pick<ContainerEngine, 'name'>) {
    this.#program = program
    this.#engine = engine.name
  }

  /** Runs one of its commands and returns what it printed. @throws ERR_CLUSTER_KIND */
  async run(args: readonly string[], { signal, onLine }: KindRunOptions = {}): Promise<string> {
    signal?.throwIfAborted()
    const env = { KIND_EXPERIMENTAL_PROVIDER: this.#engine, ...nodeProxyEnvironment() }
    try {
      const child = execa(this.#program, args, { env, stdin: 'ignore', ...(signal && { cancelSignal: signal }) })
      if (onLine !== undefined) for await (const line of child.iterable({ from: 'stderr' })) onLine(String(line).trim())
      return (await child).stdout
    } catch (error) {
      signal?.throwIfAborted()
      throw new GatehouseError('ERR_CLUSTER_KIND', describe(args, error), { cause: error })
    }
  }

  async listClusters(): Promise<string[]> {
    return (await this.run(['get', 'clusters'])).split('\n').filter((line) => line !== '')
  }
}

function describe(args: readonly string[], error: unknown): string {
  if (!(error instanceof ExecaError)) return `kind ${args.join(' ')}: ${error}`
  const lines = String(error.stderr ?? '')
    .trimEnd()
    .split('\n')
    .slice(-LINES_SHOWN)
  return `${error.shortMessage}\n  ${lines.join('\n  ')}`
}
