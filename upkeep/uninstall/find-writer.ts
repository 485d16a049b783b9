import { resolve } from 'node:path'
import { askShim } from '../../shim/admin/admin-client.ts'
import type { Step } from './step.ts'

/** A running shim that would write the files again; it is not touched, but the operator has to know. */
export async function findWriter(adminSocket: string, folder: string): Promise<Step[]> {
  // most of the time there is none any more
  const status = await askShim(adminSocket, 'GET /status').catch(() => undefined)
  const written = status?.registration.staticManifests?.folder
  if (status === undefined || written === undefined || resolve(written) !== resolve(folder)) return []
  const why = 'writes these manifests again at its next reload or start: stop it, or take out its --static-manifests'
  return [{ what: `shim, pid ${status.pid}`, action: 'leave', why }]
}
