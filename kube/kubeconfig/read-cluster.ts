import type { KubeTls } from '../connection.ts'
import type { EntryReader } from './entry-reader.ts'

/** Reads `clusters[].cluster`. */
export async function readCluster(reader: EntryReader): Promise<{ server: URL | undefined; tls: KubeTls }> {
  const server = readServer(reader)
  if (reader.has('proxy-url')) reader.refuse('proxy-url', 'is not supported; name a server that is reached directly')
  const isUnverified = reader.flag('insecure-skip-tls-verify')
  const ca = await reader.pem('certificate-authority')
  if (isUnverified && ca !== undefined)
    reader.refuse('insecure-skip-tls-verify', 'contradicts the certificate authority beside it; leave one out')
  const servername = reader.text('tls-server-name')
  return {
    server,
    tls: {
      ...(ca !== undefined && { ca }),
      ...(servername !== undefined && { servername }),
      ...(isUnverified && { rejectUnauthorized: false }),
    },
  }
}

function readServer(reader: EntryReader): URL | undefined {
  const text = reader.text('server')
  if (text === undefined) {
    if (!reader.has('server')) reader.refuse('server', 'is missing')
    return undefined
  }
  const url = URL.parse(text)
  if (url?.protocol === 'https:') return url
  reader.refuse('server', `is ${JSON.stringify(text)}; must be a URL that begins with https://`)
  return undefined
}
