import { readdir, readFile, readlink } from 'node:fs/promises'
import { basename } from 'node:path'
import { messageOf } from '../../../util/errors.ts'
import { identifyProcess } from '../../../util/process-identity.ts'
import { type Observation, ok, problem } from '../finding.ts'
import { ApiServer } from './api-server.ts'
import { Flags, parseFlagFile } from './flags.ts'

export interface ApiServerSearch {
  readonly pid?: number
  /** Files that hold its flags, for an API server that runs elsewhere or inside another program. */
  readonly flagFiles?: readonly string[]
  /** Where the kubeconfig leads: tells which of several it is. */
  readonly server?: string
}

export interface FoundApiServer {
  readonly observation: Observation
  readonly apiServer?: ApiServer
}

// of --secure-port
const DEFAULT_PORT = '6443'

const NAME_IT =
  'Name it by --pid, or give the files that hold its flags: --api-server-flags /etc/kubernetes/manifests/kube-apiserver.yaml.'

/** Finds the kube-apiserver of this host, or reads the flags that were given instead. Never throws. */
export async function findApiServer({ pid, flagFiles = [], server }: ApiServerSearch): Promise<FoundApiServer> {
  try {
    if (flagFiles.length > 0) return await readFlagFiles(flagFiles)
    const pids = pid === undefined ? await chooseByPort(await listApiServers(), server) : [pid]
    const [first] = pids
    if (first === undefined) return { observation: problem('no process kube-apiserver runs on this host', NAME_IT) }
    if (pids.length > 1)
      return { observation: problem(`several API servers run on this host: ${pids.join(', ')}`, NAME_IT) }
    return { observation: ok(`pid ${first}`), apiServer: await readProcess(first) }
  } catch (error) {
    const wayOut = "Run this as root: the flags, files and environment of a process are its user's."
    return { observation: problem(`the API server cannot be looked at: ${messageOf(error)}`, wayOut) }
  }
}

async function readFlagFiles(files: readonly string[]): Promise<FoundApiServer> {
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8')))
  const apiServer = new ApiServer({ flags: parseFlagFile(texts.join('\n')) })
  return { observation: ok(`its flags are those of ${files.join(', ')}`), apiServer }
}

async function listApiServers(): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry)).map(Number)
  const commands = await Promise.all(pids.map(async (pid) => ({ pid, args: await readArguments(pid).catch(() => []) })))
  return commands
    .filter(({ pid, args }) => basename(args[0] ?? '') === 'kube-apiserver' && identifyProcess(pid) !== undefined)
    .map(({ pid }) => pid)
}

async function chooseByPort(pids: number[], server: string | undefined): Promise<number[]> {
  if (pids.length < 2 || server === undefined) return pids
  const port = new URL(server).port || '443'
  const ports = await Promise.all(
    pids.map(async (pid) => new Flags(await readArguments(pid).catch(() => [])).get('secure-port') ?? DEFAULT_PORT),
  )
  const there = pids.filter((_, index) => ports[index] === port)
  return there.length === 1 ? there : pids
}

async function readProcess(pid: number): Promise<ApiServer> {
  const args = await readArguments(pid)
  const environment = await readFile(`/proc/${pid}/environ`, 'utf8').then(toEnvironment, () => undefined)
  const workingFolder = await readlink(`/proc/${pid}/cwd`)
  return new ApiServer({
    pid,
    flags: new Flags(args.slice(1)),
    workingFolder,
    startedAt: await readStart(pid),
    ...(environment === undefined ? {} : { environment }),
  })
}

// proc(5): field 22 of /proc/PID/stat, in hundredths of a second since boot; `btime` of /proc/stat is the boot
async function readStart(pid: number): Promise<Date> {
  const ticks = Number(identifyProcess(pid)?.startedAt.split('@')[0])
  const boot = Number(/^btime (\d+)$/m.exec(await readFile('/proc/stat', 'utf8'))?.[1])
  return new Date((boot + ticks / 100) * 1000)
}

async function readArguments(pid: number): Promise<string[]> {
  return (await readFile(`/proc/${pid}/cmdline`, 'utf8')).split('\0').filter((arg) => arg !== '')
}

function toEnvironment(text: string): Record<string, string> {
  const variables = text.split('\0').map((variable) => /^([^=]+)=(.*)$/s.exec(variable) ?? [])
  return Object.fromEntries(variables.flatMap(([, name, value = '']) => (name === undefined ? [] : [[name, value]])))
}
