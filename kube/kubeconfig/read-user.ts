import { createSecureContext } from 'node:tls'
import { messageOf } from '../../util/errors.ts'
import type { KubeConnection, KubeTls } from '../connection.ts'
import type { EntryReader } from './entry-reader.ts'
import { authorizeByFile } from './token-file.ts'

/** Who the requests are made as. */
export type KubeUser = Pick<KubeConnection, 'authorize'> & { readonly tls: KubeTls }

const WAY_OUT = 'give the user a client certificate, a token or a tokenFile'

/** What we would have to be wrong about if we left it out: each decides who the user is. */
const UNSUPPORTED = {
  exec: `runs a program to log in, which is not done here; ${WAY_OUT}`,
  'auth-provider': `was removed from Kubernetes; ${WAY_OUT}`,
  username: `and password are taken by no API server any more; ${WAY_OUT}`,
  as: 'impersonates somebody, which is not done here; name the user himself',
} as const

/** Reads `users[].user`. */
export async function readUser(reader: EntryReader): Promise<KubeUser> {
  for (const [field, message] of Object.entries(UNSUPPORTED)) {
    if (reader.has(field)) reader.refuse(field, message)
  }
  const authorize = await readToken(reader)
  return { tls: await readClientCertificate(reader), ...(authorize !== undefined && { authorize }) }
}

async function readClientCertificate(reader: EntryReader): Promise<KubeTls> {
  const cert = await reader.pem('client-certificate')
  const key = await reader.pem('client-key')
  const isGiven = (field: string) => reader.has(field) || reader.has(`${field}-data`)
  if (isGiven('client-certificate') && !isGiven('client-key')) reader.refuse('client-key', 'is missing')
  if (isGiven('client-key') && !isGiven('client-certificate')) reader.refuse('client-certificate', 'is missing')
  if (cert === undefined || key === undefined) return {}
  try {
    createSecureContext({ cert, key })
  } catch (error) {
    reader.refuse('client-certificate', `and client-key cannot be used together: ${messageOf(error)}`)
  }
  return { cert, key }
}

// A file comes before a token beside it, as in kubectl: the token may be a copy that has grown old.
async function readToken(reader: EntryReader): Promise<KubeUser['authorize']> {
  const path = reader.path('tokenFile')
  const token = reader.text('token')
  if (path !== undefined) {
    await reader.readFile('tokenFile', path)
    return authorizeByFile(path)
  }
  return token === undefined ? undefined : async () => `Bearer ${token}`
}
