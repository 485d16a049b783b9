import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describeUnusableModule, resolveModule } from '../shim/policies/module-source.ts'
import { GatehouseError } from '../util/errors.ts'

// As `gatehouse store list` shows it, in part or whole. A registry's module of such a name can be written in full.
const DIGEST = /^(sha256:)?([0-9a-f]{6,64})$/

/**
 * The module that a user named on the command line: a file, a reference, or the start of a stored module's digest. An
 * absolute URL, or `sha256:…`. @throws ERR_MODULE_SOURCE
 */
export function resolveTypedModule(reference: string): string {
  if (existsSync(reference)) return pathToFileURL(resolve(reference)).href
  const digest = DIGEST.exec(reference)?.[2]
  if (digest !== undefined) return `sha256:${digest}`
  const problem = describeUnusableModule(reference)
  if (problem !== undefined) throw new GatehouseError('ERR_MODULE_SOURCE', problem)
  return resolveModule(reference, resolve('command-line'))
}
