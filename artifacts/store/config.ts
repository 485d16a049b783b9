import { join } from 'node:path'
import { cacheFolder } from '../../util/config.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** Where a user's modules are kept: `$GATEHOUSE_STORE`, or `store` in the cache folder. */
export function storeFolder(env: Environment = process.env): string {
  return env['GATEHOUSE_STORE'] || join(cacheFolder(env), 'store')
}
