import type { Command } from 'commander'

/** Where modules come from: the flags that all of `kwctl`'s commands have that may pull one. */
export function addSourceOptions(command: Command): Command {
  return command
    .option('--sources-path <file>', 'registries and web servers that are insecure, or have authorities of their own')
    .option('--docker-config-json-path <folder>', "the folder of Docker's config.json, for credentials")
}
