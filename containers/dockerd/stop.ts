import { stopProcesses } from '../../util/managed-process.ts'
import { daemonFolder, forgetDaemon, readDaemon } from './record.ts'

/** Containers get ten seconds from the daemon, one after the other in the worst case. */
const GRACE_MS = 60_000

/** Stops the daemon that we have started, never another; says whether there was one. */
export async function stopDockerd(folder = daemonFolder()): Promise<boolean> {
  const daemon = await readDaemon(folder)
  if (daemon !== undefined) await stopProcesses([daemon], GRACE_MS)
  await forgetDaemon(folder)
  return daemon !== undefined
}
