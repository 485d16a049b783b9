import type { PolicyReport } from '../shim/admin/admin-api.ts'
import { askShim } from '../shim/admin/admin-client.ts'

/** How many requests a shim has decided since it was started; none while it does not say. */
export async function countDecisions(adminSocket: string): Promise<number> {
  const reports: readonly PolicyReport[] = await askShim(adminSocket, 'GET /policies').catch(() => [])
  return countTraffic(reports)
}

export function countTraffic(reports: readonly PolicyReport[]): number {
  return reports.reduce((sum, { traffic }) => sum + traffic.allowed + traffic.denied, 0)
}
