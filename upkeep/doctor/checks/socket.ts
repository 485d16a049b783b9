import type { Stats } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { probeSocket } from '../../../shim/socket/probe.ts'
import { messageOf } from '../../../util/errors.ts'
import type { ApiServer } from '../api-server/api-server.ts'
import { readControlPlaneSocket } from '../api-server/config-files.ts'
import type { Check } from '../check.ts'
import { type Observation, ok, problem } from '../finding.ts'

const START = 'Start the shim: gatehouse shim --policies … --socket'

/** Whether the socket is there, is the same for the API server as for us, may be used by it, and answers. */
export const socketCheck: Check = {
  name: 'socket',
  async run({ apiServer }) {
    const path = apiServer === undefined ? undefined : await readControlPlaneSocket(apiServer)
    if (apiServer === undefined || path === undefined) return []
    const theirs = await apiServer.stat(path).catch((error: NodeJS.ErrnoException) => error)
    if (theirs instanceof Error) return [describeAbsence(path, theirs)]
    if (!theirs.isSocket()) return [problem(`${path} is no socket`, 'Remove it, and start the shim.')]
    const here = await stat(path).catch(() => undefined)
    if (here !== undefined && (here.ino !== theirs.ino || here.dev !== theirs.dev))
      return [
        problem(
          `the API server sees another socket under ${path} than this host`,
          'Mount the folder of the socket into its container, never the socket itself.',
        ),
      ]
    const rights = await describeRights(path, theirs, apiServer)
    return [...(rights === undefined ? [] : [rights]), await describeAnswer(apiServer.toOurs(path), path)]
  },
}

function describeAbsence(path: string, error: NodeJS.ErrnoException): Observation {
  if (error.code === 'ENOENT') return problem(`${path} does not exist for the API server`, `${START} ${path}`)
  return problem(`${path} cannot be looked at: ${messageOf(error)}`, 'Run this as root.')
}

// connect(2) needs the right to write on the socket. The kernel gives root every right.
async function describeRights(
  path: string,
  { uid, gid, mode }: Stats,
  { pid }: ApiServer,
): Promise<Observation | undefined> {
  const status = pid === undefined ? '' : await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  const idsOf = (field: string) =>
    new RegExp(`^${field}:\\s*(.*)$`, 'm').exec(status)?.[1]?.trim().split(/\s+/).map(Number)
  const user = idsOf('Uid')?.[1]
  if (user === undefined || user === 0) return undefined
  const groups = [idsOf('Gid')?.[1], ...(idsOf('Groups') ?? [])]
  const bit = user === uid ? 0o200 : groups.includes(gid) ? 0o020 : 0o002
  if ((mode & bit) !== 0) return undefined
  const rights = (mode & 0o777).toString(8)
  return problem(
    `${path} has the rights ${rights} for user ${uid} and group ${gid}; the API server runs as user ${user}, and may not connect`,
    'Start the shim with --socket-group and a group of the API server.',
  )
}

async function describeAnswer(ours: string, path: string): Promise<Observation> {
  const found = await probeSocket(ours).catch((error) => messageOf(error))
  if (typeof found === 'string') return problem(`${path}: ${found}`, 'Run this as root.')
  return found.kind === 'live' ? ok(`${path} answers`) : problem(`nobody listens on ${path}`, `${START} ${path}`)
}
