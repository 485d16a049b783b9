import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { GatehouseError, messageOf } from '../../util/errors.ts'

/** A server certificate and its key, PEM. */
export interface ServerCertificate {
  readonly cert: string
  readonly key: string
}

/** Reads a certificate that somebody else issued. @throws GatehouseError ERR_TLS_FILES */
export async function readServerCertificate(certFile: string, keyFile: string): Promise<ServerCertificate> {
  const cert = await readFile(certFile, 'utf8').catch(fail(certFile))
  const key = await readFile(keyFile, 'utf8').catch(fail(keyFile))
  if (!isPair(cert, key)) throw new GatehouseError('ERR_TLS_FILES', `${keyFile}: is not the key of ${certFile}`)
  return { cert, key }
}

function isPair(cert: string, key: string): boolean {
  try {
    return new X509Certificate(cert).checkPrivateKey(createPrivateKey(key))
  } catch {
    return false
  }
}

function fail(file: string): (error: unknown) => never {
  return (cause) => {
    throw new GatehouseError('ERR_TLS_FILES', `${file}: ${messageOf(cause)}`, { cause })
  }
}
