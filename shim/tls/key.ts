import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { basename } from 'node:path'
import { createOnce, readIfPresent, writeAtomically } from './files.ts'
import type { Owner } from './owner.ts'

/** Reads an EC P-256 key, or creates it readable by its owner only; of processes that do so at once, all get the same key. */
export async function readOrCreateKey(path: string, owner?: Owner): Promise<KeyObject> {
  const present = await readKey(path)
  if (present !== undefined) return present
  await createOnce(path, generateKey(), 0o600, owner)
  return parseKey((await readIfPresent(path)) ?? '', path)
}

/** Puts a new key in the place of the one that is there. */
export async function replaceKey(path: string, owner?: Owner): Promise<void> {
  await writeAtomically(path, generateKey(), 0o600, owner)
}

/** Reads an EC P-256 key, or undefined when there is none. */
export async function readKey(path: string): Promise<KeyObject | undefined> {
  const present = await readIfPresent(path)
  return present === undefined ? undefined : parseKey(present, path)
}

export function keyToPem(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }) as string
}

function generateKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
  return keyToPem(privateKey)
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
