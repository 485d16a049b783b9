import { access, readFile, realpath, rename, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { type Document, isMap, isSeq, parseDocument, stringify, type YAMLSeq } from 'yaml'
import { GatehouseError } from '../util/errors.ts'
import { withFileLock } from '../util/file-lock.ts'
import { makeFolder } from '../util/make-folder.ts'

/** An administrator's way into one cluster; `name` is that of the context, the cluster and the user alike. */
export interface KubeconfigEntry {
  readonly name: string
  readonly server: string
  /** PEM, as the rest. */
  readonly ca: string
  readonly cert: string
  readonly key: string
}

const LISTS = ['clusters', 'users', 'contexts'] as const
const LOCK = { timeoutMs: 10_000 }

/** A kubeconfig with this one entry. https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/ */
export function createKubeconfig(entry: KubeconfigEntry): string {
  return stringify({ ...EMPTY, ...toLists(entry), 'current-context': entry.name }, { lineWidth: 0 })
}

/** Adds the entry to a file, or replaces the one of its name, and makes it current. Everything else stays as it is. */
export async function addToKubeconfig(path: string, entry: KubeconfigEntry): Promise<void> {
  await edit(path, (document) => {
    const lists = toLists(entry)
    for (const list of LISTS) {
      const items = itemsOf(document, list)
      items.items = items.items.filter((item) => nameOf(item) !== entry.name)
      for (const item of lists[list]) items.add(document.createNode(item))
    }
    document.set('current-context', entry.name)
  })
}

/** Takes the entries of that name out of a file; a file that holds nothing any more is removed. */
export async function removeFromKubeconfig(path: string, name: string): Promise<void> {
  const isThere = await access(path).then(
    () => true,
    () => false,
  )
  if (!isThere) return
  await edit(path, (document) => {
    for (const list of LISTS) {
      const items = itemsOf(document, list)
      items.items = items.items.filter((item) => nameOf(item) !== name)
    }
    if (document.get('current-context') === name) document.set('current-context', '')
  })
}

const EMPTY = { apiVersion: 'v1', kind: 'Config' }

function toLists({ name, server, ca, cert, key }: KubeconfigEntry) {
  return {
    clusters: [{ name, cluster: { server, 'certificate-authority-data': toBase64(ca) } }],
    users: [{ name, user: { 'client-certificate-data': toBase64(cert), 'client-key-data': toBase64(key) } }],
    contexts: [{ name, context: { cluster: name, user: name } }],
  }
}

// As a YAML document, so that comments, extensions and fields that we do not know survive.
async function edit(path: string, change: (document: Document) => void): Promise<void> {
  const file = await realpath(path).catch(() => path)
  await withFileLock(`${file}.lock`, LOCK, async () => {
    const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return ''
      throw unusable(path, error)
    })
    const document = text.trim() === '' ? parseDocument(stringify(EMPTY)) : parseDocument(text)
    if (document.errors.length > 0) throw unusable(path, document.errors[0])
    if (!isMap(document.contents)) throw unusable(path, new Error('it is not a map'))
    change(document)
    await write(file, document)
  })
}

async function write(file: string, document: Document): Promise<void> {
  if (holdsNothing(document)) return rm(file, { force: true })
  await makeFolder(dirname(file))
  const draft = `${file}.gatehouse`
  await writeFile(draft, document.toString({ lineWidth: 0 }), { mode: 0o600 })
  await rename(draft, file)
}

function holdsNothing(document: Document): boolean {
  const ours = ['apiVersion', 'kind', 'current-context', 'preferences', ...LISTS]
  const content = document.toJS() as Record<string, unknown>
  const isEmpty = (value: unknown) => !value || Object.keys(value).length === 0
  return (
    LISTS.every((list) => isEmpty(content[list])) &&
    isEmpty(content['preferences']) &&
    Object.keys(content).every((key) => ours.includes(key))
  )
}

function itemsOf(document: Document, list: string): YAMLSeq {
  const items = document.get(list)
  if (isSeq(items)) return items
  const created = document.createNode([]) as YAMLSeq
  document.set(list, created)
  return created
}

function nameOf(item: unknown): unknown {
  return isMap(item) ? item.get('name') : undefined
}

function toBase64(pem: string): string {
  return Buffer.from(pem).toString('base64')
}

function unusable(path: string, cause: unknown): GatehouseError {
  const message = cause instanceof Error ? cause.message : String(cause)
  return new GatehouseError('ERR_FILE_READ', `kubeconfig ${path} cannot be used: ${message}`, {
    cause,
    hint: 'Repair it, or name another file by --kubeconfig.',
  })
}
