import { cp, mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { GatehouseError, isGatehouseError } from '../../util/errors.ts'
import { exportLogs } from './export-logs.ts'
import { engineOf, execOnNode, nodeState } from './node.ts'
import type { KindRecord } from './record.ts'

const LINES_SHOWN = 20
/** The kubelet's can be very long. */
const CHARACTERS_SHOWN = 400
const STATE =
  '{{.State.Status}}{{if eq .State.Status "exited"}}, exit code {{.State.ExitCode}}{{end}}{{if .State.OOMKilled}}, out of memory{{end}}'

/**
 * The error of a start, with what the node says of itself, and the place of logs that stay when the cluster is removed.
 * Errors that are not about a node come back as they are.
 */
export async function explainFailure(record: KindRecord, error: unknown): Promise<unknown> {
  if (!isGatehouseError(error, 'ERR_CLUSTER_START') && !isGatehouseError(error, 'ERR_CLUSTER_KIND')) return error
  const state = await nodeState(record)
  if (state === undefined) return error
  const said = state === 'running' ? await readKubeletLog(record) : await readOutput(record)
  const folder = await keepLogs(record)
  return new GatehouseError(error.code, [error.message, await describeContainer(record), said].join('\n'), {
    cause: error,
    hint: `All of its logs are kept in ${folder}. With --retain the node itself stays, for a look into it.`,
  })
}

async function describeContainer(record: KindRecord): Promise<string> {
  const { node } = record.layout.member
  const state = await engineOf(record).run(['inspect', '--type=container', `--format=${STATE}`, node])
  return `the container ${node} is ${state.trim()}`
}

async function readKubeletLog(record: KindRecord): Promise<string> {
  // not all images have a journal that knows how to show its end
  const end = `journalctl --no-pager --unit=kubelet | tail -n ${LINES_SHOWN}`
  return show("the end of the kubelet's log", () => execOnNode(record, ['sh', '-c', end]))
}

async function readOutput(record: KindRecord): Promise<string> {
  const { node } = record.layout.member
  return show('the end of what it has printed', async () => {
    let lines = ''
    await engineOf(record).run(['logs', `--tail=${LINES_SHOWN}`, node], { onLine: (line) => (lines += `${line}\n`) })
    return lines
  })
}

async function show(title: string, read: () => Promise<string>): Promise<string> {
  const text = await read().catch((error: unknown) => `cannot be read: ${error}`)
  if (text.trim() === '') return `${title}: nothing`
  const lines = text
    .trim()
    .split('\n')
    .map((line) => line.slice(0, CHARACTERS_SHOWN))
  return `${title}:\n  ${lines.join('\n  ')}`
}

async function keepLogs(record: KindRecord): Promise<string> {
  const { name, logs, exportedLogs } = record.layout
  const folder = await mkdtemp(join(tmpdir(), `gatehouse-${name}-`))
  // a node that is not well does not answer all that it is asked
  await exportLogs(record, folder).catch(() => {})
  // of a shim on this machine
  const isOwn = (path: string) => path !== exportedLogs
  await cp(logs, folder, { recursive: true, filter: isOwn }).catch(() => {})
  return folder
}
