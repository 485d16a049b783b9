import { homedir, tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'

type Environment = Readonly<Record<string, string | undefined>>

/** Downloads, built binaries and stored modules: `$XDG_CACHE_HOME/gatehouse`. */
export function cacheFolder(env: Environment = process.env): string {
  return join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'gatehouse')
}

/** Local clusters and what they remember: `$XDG_STATE_HOME/gatehouse`. */
export function stateFolder(env: Environment = process.env): string {
  return join(env['XDG_STATE_HOME'] || join(homedir(), '.local', 'state'), 'gatehouse')
}

/**
 * Sockets of local clusters: `$XDG_RUNTIME_DIR/gatehouse`, else a folder of the user's own in the temporary folder.
 * Short on purpose: a Unix socket's path holds 107 bytes.
 */
export function runtimeFolder(env: Environment = process.env): string {
  return env['XDG_RUNTIME_DIR']
    ? join(env['XDG_RUNTIME_DIR'], 'gatehouse')
    : join(tmpdir(), `gatehouse-${process.getuid?.()}`)
}

/** The folders in which a shell would look for a program. */
export function programFolders(env: Environment = process.env): string[] {
  return (env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '')
}
