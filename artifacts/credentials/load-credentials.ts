import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { GatehouseError, messageOf } from '../../util/errors.ts'
import { throwProblems } from '../../util/problems.ts'
import { askHelper } from './ask-helper.ts'
import { dockerConfigFolder } from './config.ts'
import { ANONYMOUS, type Credentials } from './credentials.ts'
import { type DockerConfig, readDockerConfig } from './docker-config.ts'

/**
 * Reads who to be at registries from Docker's config.json: from a file, or a folder that holds it. Without a path Docker's
 * own, which may be missing. @throws ERR_CREDENTIALS_INVALID with all problems
 */
export async function loadCredentials(path?: string): Promise<Credentials> {
  const file = path === undefined ? join(dockerConfigFolder(), 'config.json') : await findFile(path)
  const text = await readText(file, path === undefined)
  if (text === undefined) return ANONYMOUS
  const { config, problems } = readDockerConfig(file, text)
  throwProblems('ERR_CREDENTIALS_INVALID', problems)
  return { find: (host, signal) => find(config, host.toLowerCase(), signal) }
}

// Docker's own order: a host's helper alone, else the common store, and only then what stands in the file.
async function find({ helpers, store, users }: DockerConfig, host: string, signal: AbortSignal) {
  const helper = helpers.get(host)
  if (helper !== undefined) return askHelper(helper, host, signal)
  const stored = store === undefined ? undefined : await askHelper(store, host, signal)
  return stored ?? users.get(host) ?? undefined
}

async function findFile(path: string): Promise<string> {
  try {
    return (await stat(path)).isDirectory() ? join(path, 'config.json') : path
  } catch (cause) {
    throw unreadable(path, cause)
  }
}

async function readText(file: string, mayBeMissing: boolean): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    if (mayBeMissing && (cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw unreadable(file, cause)
  }
}

function unreadable(path: string, cause: unknown): GatehouseError {
  return new GatehouseError('ERR_CREDENTIALS_INVALID', `cannot read ${path}: ${messageOf(cause)}`, { cause })
}
