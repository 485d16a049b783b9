import { writeFile } from 'node:fs/promises'
import { get } from 'node:http'
import { join } from 'node:path'
import type { Test } from 'tap'
import { GenericContainer, Wait } from 'testcontainers'
import { findFreePorts } from '../../../clusters/local/ports.ts'
import { startProcess, stopProcesses, waitUntilReady } from '../../../util/managed-process.ts'
import { buildPrometheus } from '../prometheus-program.ts'
import { send } from '../shim.ts'
import { loadProgramImage, type Place } from './test-engine.ts'

export interface ScrapeTarget {
  /** A port on all addresses of this machine, with HTTPS. */
  readonly port: number
  /** Whom its certificate is for, and by which authority, PEM. */
  readonly serverName: string
  readonly authority: string
}

export interface StartedPrometheus {
  /** Asks its API: `query?query=up`. */
  ask(path: string): Promise<unknown>
}

const PORT = 9090
const READY = '/-/ready'
/** What engines call the machine that a container runs on. */
const MACHINE = 'host.docker.internal'

/** Starts Prometheus, in a container where there can be one, and lets it read one target once a second. */
export async function startPlacedPrometheus(t: Test, place: Place, target: ScrapeTarget): Promise<StartedPrometheus> {
  const port = 'missing' in place ? await startAsProcess(t, target) : await startInContainer(t, place, target)
  return {
    async ask(path) {
      const { text } = await send({ host: '127.0.0.1', port, path: `/api/v1/${path}` })
      return (JSON.parse(text) as { data: unknown }).data
    },
  }
}

async function startInContainer(t: Test, { engine }: Extract<Place, { engine: unknown }>, target: ScrapeTarget) {
  const data = { path: '/data', isFolder: true, mode: 0o1777 } as const
  const image = await loadProgramImage(engine, await buildPrometheus(), { files: [data], user: '65532:65532' })
  const config = scrapeConfig(MACHINE, '/etc/ca.crt', target)
  const container = await new GenericContainer(image)
    .withCopyContentToContainer([
      { content: config, target: '/etc/prometheus.yml' },
      { content: target.authority, target: '/etc/ca.crt' },
    ])
    .withExtraHosts([{ host: MACHINE, ipAddress: 'host-gateway' }])
    .withCommand(flags('/etc/prometheus.yml', '/data', `0.0.0.0:${PORT}`))
    .withExposedPorts(PORT)
    .withWaitStrategy(Wait.forHttp(READY, PORT))
    .start()
  t.teardown(() => container.stop())
  return container.getMappedPort(PORT)
}

async function startAsProcess(t: Test, target: ScrapeTarget): Promise<number> {
  const folder = t.testdir()
  const [port = 0] = await findFreePorts(1)
  const [configFile, authorityFile] = [join(folder, 'prometheus.yml'), join(folder, 'ca.crt')]
  await writeFile(authorityFile, target.authority)
  await writeFile(configFile, scrapeConfig('127.0.0.1', authorityFile, target))
  const args = flags(configFile, join(folder, 'data'), `127.0.0.1:${port}`)
  const spec = { name: 'prometheus', command: await buildPrometheus(), args, environment: {} }
  const process = await startProcess({ ...spec, logFile: join(folder, 'prometheus.log') })
  t.teardown(() => stopProcesses([process], 5000))
  await waitUntilReady(process, { isReady: (signal) => isReady(port, signal), timeoutMs: 60_000 })
  return port
}

function scrapeConfig(host: string, authorityFile: string, { port, serverName }: ScrapeTarget): string {
  const job = {
    job_name: 'shim',
    scheme: 'https',
    tls_config: { ca_file: authorityFile, server_name: serverName },
    static_configs: [{ targets: [`${host}:${port}`] }],
  }
  return JSON.stringify({ global: { scrape_interval: '1s' }, scrape_configs: [job] })
}

function flags(configFile: string, data: string, address: string): string[] {
  return [`--config.file=${configFile}`, `--storage.tsdb.path=${data}`, `--web.listen-address=${address}`]
}

function isReady(port: number, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, path: READY, agent: false, signal }, (answer) => {
      answer.resume()
      resolve(answer.statusCode === 200)
    }).on('error', reject)
  })
}
