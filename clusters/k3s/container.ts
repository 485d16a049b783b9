import { type ContainerEngine, containerEngine } from '../../containers/engine.ts'
import type { K3sRecord } from './record.ts'

export const API_PORT = 6443
const LINES_SHOWN = 20

export function engineOf({ state }: K3sRecord): ContainerEngine {
  return containerEngine(state.engine)
}

/** What the engine says of k3s's container: `running`, `exited`, `created`; nothing if there is none, or no engine. */
export async function containerState(record: K3sRecord): Promise<string | undefined> {
  const args = ['inspect', '--type=container', '--format={{.State.Status}}', record.layout.container]
  return engineOf(record)
    .run(args)
    .then((text) => text.trim())
    .catch(() => undefined)
}

/** Runs a program in k3s's container and returns what it prints. */
export async function execInK3s(record: K3sRecord, command: readonly string[]): Promise<string> {
  return engineOf(record).run(['exec', record.layout.container, ...command])
}

/** Where the API server is reached from here. */
export async function readServer(record: K3sRecord): Promise<string> {
  const bindings = await engineOf(record).run(['port', record.layout.container, `${API_PORT}/tcp`])
  const port = /:(\d+)$/m.exec(bindings)?.[1] ?? ''
  return `https://127.0.0.1:${port}`
}

/** This machine's address, as k3s's container sees it. */
export async function readGateway(record: K3sRecord): Promise<string> {
  const format = '{{range .NetworkSettings.Networks}}{{.Gateway}}{{end}}'
  return engineOf(record).run(['inspect', '--type=container', `--format=${format}`, record.layout.container])
}

/** What k3s has said since its container was made. */
export async function readK3sLog(record: K3sRecord): Promise<string> {
  const lines: string[] = []
  await engineOf(record).run(['logs', record.layout.container], { onLine: (line) => lines.push(line) })
  return lines.map((line) => `${line}\n`).join('')
}

/** What an error shows of a log; nothing of an empty one. */
export function endOf(log: string): string {
  const lines = log.trimEnd().split('\n').slice(-LINES_SHOWN)
  return lines.join('') === '' ? '' : `\n  ${lines.join('\n  ')}`
}

/** Ends k3s and everything in its container, its volumes included; nothing if there is none. */
export async function removeContainer(record: K3sRecord): Promise<void> {
  if ((await containerState(record)) === undefined) return
  await engineOf(record).run(['rm', '--force', '--volumes', record.layout.container])
}
