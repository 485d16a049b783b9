import { chmod, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { GatehouseError } from '../../util/errors.ts'
import { withFileLock } from '../../util/file-lock.ts'
import { makeFolder } from '../../util/make-folder.ts'
import { startProcess, waitUntilReady } from '../../util/managed-process.ts'
import { findProgram } from '../../util/programs.ts'
import type { Steps } from '../../util/steps.ts'
import { asksForMissing, missingCapabilities } from './capabilities.ts'
import { daemonFolder, writeDaemon } from './record.ts'
import { renderRuntimeWrapper } from './runtime-wrapper.ts'

export interface DaemonOptions {
  /** Its record, its log, its runtime. */
  readonly folder?: string
  /** Where it listens; the usual socket unless given. */
  readonly host?: string
  readonly args?: readonly string[]
}

const READY_MS = 60_000
const LOCK_MS = 2 * READY_MS
const NEEDED = ['dockerd', 'docker', 'containerd', 'runc', 'iptables'] as const
const SYSTEM_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/** The programs of a Docker daemon that are not installed here. */
export async function missingPrograms(): Promise<string[]> {
  const found = await Promise.all(NEEDED.map((name) => findProgram(name)))
  return NEEDED.filter((_name, index) => found[index] === undefined)
}

/** Starts the Docker daemon that is installed, unless one answers by now. @throws ERR_CONTAINER_DAEMON */
export async function startDockerd(steps: Steps, options: DaemonOptions = {}): Promise<void> {
  const folder = options.folder ?? daemonFolder()
  await withFileLock(`${folder}.lock`, { timeoutMs: LOCK_MS }, async () => {
    if (await answers(options.host)) return
    await steps.run('Starting dockerd', async (detail) => start(folder, options, detail))
  })
}

async function start(
  folder: string,
  { host, args = [] }: DaemonOptions,
  detail: (text: string) => void,
): Promise<void> {
  const missing = await missingPrograms()
  if (missing.length > 0) throw unable(`${missing.join(', ')} is not installed`, 'Run scripts/dockerd --install.')
  if (process.getuid?.() !== 0) throw unable('only root can start it', 'Run scripts/dockerd as root.')
  await makeFolder(folder)
  const dockerd = (await findProgram('dockerd')) ?? 'dockerd'
  const hostArgs = host === undefined ? [] : ['--host', host]
  const daemon = await startProcess({
    name: 'dockerd',
    command: dockerd,
    args: [...hostArgs, ...args, ...(await runtimeArgs(dockerd, folder, detail))],
    environment: { PATH: SYSTEM_PATH },
    logFile: join(folder, 'dockerd.log'),
  })
  await writeDaemon(daemon, folder)
  await waitUntilReady(daemon, { isReady: () => answers(host), timeoutMs: READY_MS })
  detail(`process ${daemon.pid}, log ${daemon.logFile}; scripts/dockerd --stop ends it`)
}

// https://docs.docker.com/reference/cli/dockerd/#configure-runtimes-using-the-command-line
async function runtimeArgs(dockerd: string, folder: string, detail: (text: string) => void): Promise<string[]> {
  const [status, lastCapability] = await Promise.all([
    readFile('/proc/self/status', 'utf8'),
    readFile('/proc/sys/kernel/cap_last_cap', 'utf8'),
  ])
  const missing = missingCapabilities(status, Number(lastCapability))
  const { stdout: version } = await execa(dockerd, ['--version'], { stdin: 'ignore' })
  if (!asksForMissing(version, missing)) return []
  const wrapper = join(folder, 'runc')
  await writeFile(wrapper, renderRuntimeWrapper((await findProgram('runc')) ?? 'runc', missing))
  await chmod(wrapper, 0o755)
  detail(`this machine has no ${missing.join(', ')}: ${wrapper} leaves it out of privileged containers`)
  return ['--add-runtime', `gatehouse=${wrapper}`, '--default-runtime', 'gatehouse']
}

async function answers(host?: string): Promise<boolean> {
  const args = host === undefined ? ['version'] : ['--host', host, 'version']
  return (await execa('docker', args, { reject: false, stdin: 'ignore', timeout: READY_MS })).exitCode === 0
}

function unable(why: string, hint: string): GatehouseError {
  return new GatehouseError('ERR_CONTAINER_DAEMON', `dockerd cannot be started: ${why}`, { hint })
}
