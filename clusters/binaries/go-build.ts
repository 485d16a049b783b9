import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { ExecaError, execa } from 'execa'
import { GatehouseError } from '../../util/errors.ts'
import type { Architecture } from './binary.ts'
import { everyFewSeconds } from './progress.ts'

export interface GoBuild {
  /** The folder of go.mod and go.sum. */
  readonly module: string
  readonly architecture: Architecture
  /** `build`, its flags, and the program. */
  readonly args: readonly string[]
}

/** Runs `go build` on a copy of a module. @throws ERR_BINARIES_BUILD with the end of what Go said */
export async function buildFromModule(
  { module, architecture, args }: GoBuild,
  workFolder: string,
  detail: (text: string) => void,
): Promise<void> {
  // A copy: the installed package may be read-only, and Go takes the module's folder for its own.
  const folder = join(workFolder, 'module')
  await cp(module, folder, { recursive: true })
  const go = execa('go', args, {
    cwd: folder,
    env: { CGO_ENABLED: '0', GOOS: 'linux', GOARCH: architecture, GOWORK: 'off' },
    stdin: 'ignore',
    buffer: { stdout: false, stderr: true },
  })
  const report = everyFewSeconds(detail)
  const startedAt = performance.now()
  let packages = 0
  try {
    for await (const line of go.iterable({ from: 'stderr' })) {
      if (!line.startsWith('go: ')) packages += 1
      report(() => `building, ${packages} packages in ${((performance.now() - startedAt) / 1000).toFixed(0)} s`)
    }
    await go
  } catch (error) {
    throw new GatehouseError('ERR_BINARIES_BUILD', describeFailure(error), { cause: error })
  }
}

function describeFailure(error: unknown): string {
  if (!(error instanceof ExecaError)) return String(error)
  if (error.code === 'ENOENT') return 'Go is not installed'
  const lastLines = String(error.stderr ?? '')
    .trim()
    .split('\n')
    .slice(-5)
  return `${error.shortMessage}\n${lastLines.map((line) => `      ${line}`).join('\n')}`
}
