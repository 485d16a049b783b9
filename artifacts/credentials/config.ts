import { homedir } from 'node:os'
import { join } from 'node:path'

type Environment = Readonly<Record<string, string | undefined>>

/** Where Docker keeps who one is at registries: `$DOCKER_CONFIG`, else `~/.docker`. */
export function dockerConfigFolder(env: Environment = process.env): string {
  return env['DOCKER_CONFIG'] || join(homedir(), '.docker')
}
