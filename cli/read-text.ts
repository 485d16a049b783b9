import { readFile } from 'node:fs/promises'
import { GatehouseError, messageOf } from '../util/errors.ts'
import type { Io } from './io.ts'

/** The text of a file that a flag names; `-` is standard input. @throws ERR_FILE_READ */
export async function readText(path: string, io: Io): Promise<string> {
  if (path === '-') return Buffer.from(await io.readStdin()).toString('utf8')
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    throw new GatehouseError('ERR_FILE_READ', `cannot read ${path}: ${messageOf(cause)}`, { cause })
  }
}
