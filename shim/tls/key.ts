import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { basename } from 'node:path'
import { createOnce, readIfPresent } from './files.ts'

/** Reads an EC P-256 key, or creates it readable by its owner only; of processes that do so at once, all get the same key. */
export async function readOrCreateKey(path: string): Promise<KeyObject> {
  const present = await readIfPresent(path)
  if (present !== undefined) return parseKey(present, path)
  await createOnce(path, generateKey(), 0o600)
  return parseKey((await readIfPresent(path)) ?? '', path)
}

function generateKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
  return privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
}

function parseKey(pem: string, path: string): KeyObject {
  const key = tryParse(pem)
  if (key?.asymmetricKeyDetails?.namedCurve === 'prime256v1') return key
  throw new Error(`${basename(path)} is not an EC P-256 private key in PEM`)
}

function tryParse(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(pem)
  } catch {
    return undefined
  }
}
