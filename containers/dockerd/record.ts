import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { stateFolder } from '../../util/config.ts'
import { makeFolder } from '../../util/make-folder.ts'
import { isRunning, type ProcessIdentity } from '../../util/process-identity.ts'
import { replaceFile } from '../../util/replace-file.ts'

/** The folder of the daemon that we start: its log, its record, its runtime. */
export function daemonFolder(): string {
  return join(stateFolder(), 'dockerd')
}

/** The daemon that we have started, if it still runs. */
export async function readDaemon(folder = daemonFolder()): Promise<ProcessIdentity | undefined> {
  const text = await readFile(recordFile(folder), 'utf8').catch(() => '')
  const identity = parse(text)
  return identity !== undefined && isRunning(identity) ? identity : undefined
}

/** Remembers it for whoever stops it. */
export async function writeDaemon({ pid, startedAt }: ProcessIdentity, folder = daemonFolder()): Promise<void> {
  await makeFolder(folder)
  await replaceFile(recordFile(folder), JSON.stringify({ pid, startedAt }))
}

/** Forgets it. */
export async function forgetDaemon(folder = daemonFolder()): Promise<void> {
  await rm(recordFile(folder), { force: true })
}

function recordFile(folder: string): string {
  return join(folder, 'process.json')
}

function parse(text: string): ProcessIdentity | undefined {
  try {
    return JSON.parse(text) as ProcessIdentity
  } catch {
    return undefined
  }
}
