import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describeUnusableModule, resolveModule } from '../shim/policies/module-source.ts'
import { GatehouseError } from '../util/errors.ts'

/** The module that a user named on the command line: an absolute `file://` URL. @throws ERR_MODULE_SOURCE */
export function resolveTypedModule(reference: string): string {
  if (existsSync(reference)) return pathToFileURL(resolve(reference)).href
  const problem = describeUnusableModule(reference)
  if (problem !== undefined) throw new GatehouseError('ERR_MODULE_SOURCE', `the policy ${problem}`)
  return resolveModule(reference, resolve('command-line'))
}
