import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { parseDocument } from 'yaml'
import { GatehouseError, messageOf } from '../../util/errors.ts'
import { type Problem, throwProblems } from '../../util/problems.ts'
import { isRecord } from '../../util/record.ts'
import type { KubeConnection } from '../connection.ts'
import { type Entry, EntryReader } from './entry-reader.ts'
import { readCluster } from './read-cluster.ts'
import { readUser } from './read-user.ts'

/**
 * Reads a kubeconfig's current context, or the one named, with all files that it names.
 * https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/
 * @throws GatehouseError ERR_FILE_READ, or ERR_KUBE_CONFIG with everything that is wrong
 */
export async function readKubeconfig(file: string, contextName?: string): Promise<KubeConnection> {
  const path = resolve(file)
  const content = parseKubeconfig(path, await readText(path))
  const problems: Problem[] = []
  const context = findContext(content, contextName, problems)
  const entryOf = (list: 'clusters' | 'users', name: unknown): EntryReader => {
    const field = list === 'clusters' ? 'cluster' : 'user'
    const place = { path: `${list}[${String(name)}].${field}`, folder: dirname(path), problems }
    return new EntryReader(findEntry(content, { list, field, name }, problems), place)
  }
  const { server, tls } = context === undefined ? NOTHING : await readCluster(entryOf('clusters', context['cluster']))
  const user = context === undefined ? NOTHING : await readUser(entryOf('users', context['user']))
  throwProblems(
    'ERR_KUBE_CONFIG',
    problems.map((problem) => ({ file: path, ...problem })),
  )
  if (server === undefined) throw new GatehouseError('ERR_INTERNAL', `${path} names no server`)
  return { ...user, server, tls: { ...tls, ...user.tls } }
}

const NOTHING = { server: undefined, tls: {} }

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    throw new GatehouseError('ERR_FILE_READ', `cannot read the kubeconfig ${path}: ${messageOf(cause)}`, { cause })
  }
}

function parseKubeconfig(path: string, text: string): Entry {
  const document = parseDocument(text)
  const [error] = document.errors
  if (error !== undefined)
    throw new GatehouseError('ERR_KUBE_CONFIG', `${path} is not YAML: ${error.message}`, { cause: error })
  const content: unknown = document.toJS()
  if (isRecord(content)) return content
  throw new GatehouseError('ERR_KUBE_CONFIG', `${path} is not a kubeconfig: it is no map`)
}

function findContext(content: Entry, wanted: string | undefined, problems: Problem[]): Entry | undefined {
  const name = wanted ?? content['current-context']
  if (typeof name !== 'string' || name === '') {
    problems.push({ field: 'current-context', message: 'is missing; name a context' })
    return undefined
  }
  const before = problems.length
  const context = findEntry(content, { list: 'contexts', field: 'context', name }, problems)
  return problems.length > before ? undefined : context
}

interface Wanted {
  readonly list: string
  readonly field: string
  readonly name: unknown
}

function findEntry(content: Entry, { list, field, name }: Wanted, problems: Problem[]): Entry {
  const items: readonly unknown[] = Array.isArray(content[list]) ? content[list] : []
  const item = items.find((candidate) => isRecord(candidate) && candidate['name'] === name)
  const entry = isRecord(item) ? item[field] : undefined
  if (isRecord(entry)) return entry
  const names = items.flatMap((candidate) => (isRecord(candidate) ? [String(candidate['name'])] : []))
  const known = names.length === 0 ? 'there are none' : `there are ${names.join(', ')}`
  problems.push({ field: list, message: `has no ${field} ${JSON.stringify(name)}; ${known}` })
  return {}
}
