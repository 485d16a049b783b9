import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Test } from 'tap'
import { buildGuest, type GuestName } from './guests.ts'

export const POD = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web' }, spec: {} }
export const ALLOWED = { name: 'a Pod', object: POD, expect: { allowed: true } }

/** A folder with test files, in JSON, and guests beside them. */
export function folderWith(
  t: Test,
  files: Readonly<Record<string, unknown>>,
  guests: readonly GuestName[] = ['accept'],
): string {
  const folder = t.testdir({})
  for (const [file, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    writeFileSync(join(folder, file), typeof content === 'string' ? content : JSON.stringify(content))
  }
  for (const guest of guests) writeFileSync(join(folder, `${guest}.wasm`), buildGuest(guest))
  return folder
}
