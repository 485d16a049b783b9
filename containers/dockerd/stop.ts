import { stopProcesses } from '../../util/managed-process.ts'
import { isRunning } from '../../util/process-identity.ts'
import { forgetDaemon, readDaemon } from './record.ts'

/** Containers get ten seconds from the daemon, one after the other in the worst case. */
const GRACE_MS = 60_000

/** Stops the daemon that we have started, never another; says whether there was one. */
export async function stopDockerd(): Promise<boolean> {
  const daemon = await readDaemon()
  if (daemon !== undefined && isRunning(daemon)) await stopProcesses([daemon], GRACE_MS)
  await forgetDaemon()
  return daemon !== undefined
}
