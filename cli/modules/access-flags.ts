import { type Command, Option } from 'commander'
import type { ModuleAccess } from '../../shim/modules/read-pulled-module.ts'
import type { Io } from '../io.ts'

/** Where modules are kept, and how registries and web servers are reached. */
export interface AccessFlags {
  readonly store?: string
  readonly sourcesPath?: string
  readonly dockerConfigJsonPath?: string
}

/** The flags of all commands that may ask a registry, under `kwctl`'s names. */
export function addAccessOptions(command: Command): Command {
  return command
    .option('--sources-path <file>', 'sources.yml: insecure sources, own authorities, proxies')
    .option(
      '--docker-config-json-path <folder>',
      "who to be at registries: Docker's config.json, or its folder (default: $DOCKER_CONFIG or ~/.docker)",
    )
}

/** `--store`, the same for all commands that use it. */
export function storeOption(): Option {
  return new Option(
    '--store <folder>',
    'where modules are kept (default: $GATEHOUSE_STORE or ~/.cache/gatehouse/store)',
  )
}

export function toAccess({ store, sourcesPath, dockerConfigJsonPath }: AccessFlags, io: Pick<Io, 'err'>): ModuleAccess {
  return {
    store,
    sources: sourcesPath,
    dockerConfig: dockerConfigJsonPath,
    onWarning: (warning) => io.err(`warning: ${warning}\n`),
  }
}
