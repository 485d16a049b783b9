import { stringify } from 'yaml'
import { askShim } from '../shim/admin/admin-client.ts'
import { describeCertificates } from '../shim/tls/operate-authority.ts'
import { describeAll } from './describe-all.ts'

/** What a shim on this machine says of itself. */
export function describeShim(adminSocket: string, certificates: string): Promise<Readonly<Record<string, string>>> {
  return describeAll({
    'status.yaml': async () => stringify(await askShim(adminSocket, 'GET /status')),
    'policies.yaml': async () => stringify(await askShim(adminSocket, 'GET /policies')),
    'certificates.yaml': async () => stringify(await describeCertificates({ folder: certificates })),
  })
}

/** Who signed the certificate that a shim on this machine has issued for itself. */
export async function readSigner(certificates: string): Promise<readonly string[]> {
  const { server } = await describeCertificates({ folder: certificates })
  return server === undefined ? [] : [server.signedBy]
}
