import { posix } from 'node:path'
import { GatehouseError } from '../util/errors.ts'
import { type ExistingFile, isObject, parseExistingFile, readObjects, refuseFile } from './existing-file.ts'

/** `--egress-selector-config-file`, as far as we write it. https://kubernetes.io/docs/tasks/extend-kubernetes/setup-konnectivity/ */
export interface EgressSelectorConfiguration {
  readonly apiVersion: typeof API_VERSION
  readonly kind: typeof KIND
  readonly egressSelections: readonly EgressSelection[]
}

interface EgressSelection {
  readonly name: string
  readonly connection: object
}

const API_VERSION = 'apiserver.k8s.io/v1beta1'
const KIND = 'EgressSelectorConfiguration'

/** Bytes that `sun_path` holds on Linux, less the closing NUL. */
const MAX_SOCKET_PATH_BYTES = 107

/**
 * Sends every `clientConfig.url` webhook through the shim's socket. `cluster` is written out although Direct is what a
 * missing entry means: without it kube-apiserver loses its dial timeout and keep-alive for service webhooks and for
 * the proxy subresources. `etcd` is never written: it would break an etcd that listens on a Unix socket.
 */
export function egressSelectorConfiguration({ socket }: { readonly socket: string }): EgressSelectorConfiguration {
  checkSocketPath(socket)
  return {
    apiVersion: API_VERSION,
    kind: KIND,
    egressSelections: [
      {
        name: 'controlplane',
        connection: { proxyProtocol: 'HTTPConnect', transport: { uds: { udsName: socket } } },
      },
      { name: 'cluster', connection: { proxyProtocol: 'Direct' } },
    ],
  }
}

/**
 * The same in a file that has selections of its own: they stay. Only `controlplane` cannot be shared, since the API server
 * sends everything of that name the one way; `master` is its old spelling.
 */
export function mergeEgressSelector(
  { socket }: { readonly socket: string },
  existing: ExistingFile,
): EgressSelectorConfiguration {
  const ours = egressSelectorConfiguration({ socket })
  const selections = readEgressSelections(existing)
  const taken = selections.filter(({ name }) => /^(controlplane|master)$/i.test(String(name)))
  const foreign = taken.find(({ connection }) => readSocket(connection) !== socket)
  if (foreign !== undefined) {
    const what = `has the egress selection '${foreign['name']}' already: ${JSON.stringify(foreign['connection'])}`
    throw refuseFile(
      existing,
      what,
      'An API server has one. Tunnel what goes there now through the shim (--allow-connect).',
    )
  }
  const names = new Set(selections.map(({ name }) => String(name).toLowerCase().replace('master', 'controlplane')))
  const kept = selections as unknown as EgressSelection[]
  return { ...ours, egressSelections: [...kept, ...ours.egressSelections.filter(({ name }) => !names.has(name))] }
}

/** The selections of a file, by the names of the API's fields. @throws ERR_PLUGIN_OPTIONS for another kind of file */
export function readEgressSelections(file: ExistingFile): Record<string, unknown>[] {
  const object = parseExistingFile(file, API_VERSION, KIND)
  return readObjects(file, 'EgressSelections' in object ? withFieldNames(object) : object, 'egressSelections')
}

/**
 * An older k3s writes Go's names of the fields, which its API server reads in every spelling. Passed over, k3s's tunnels to its
 * agents would be lost.
 */
const GO_NAMES: Readonly<Record<string, string>> = {
  EgressSelections: 'egressSelections',
  Name: 'name',
  Connection: 'connection',
  ProxyProtocol: 'proxyProtocol',
  Transport: 'transport',
  TCP: 'tcp',
  URL: 'url',
  TLSConfig: 'tlsConfig',
  CABundle: 'caBundle',
  ClientKey: 'clientKey',
  ClientCert: 'clientCert',
  TLSServerName: 'tlsServerName',
  UDS: 'uds',
  UDSName: 'udsName',
}

function withFieldNames(object: Record<string, unknown>): Record<string, unknown> {
  const toNamed = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(toNamed)
    return isObject(value) ? withFieldNames(value) : value
  }
  const given = Object.entries(object).filter(([, value]) => value !== null)
  return Object.fromEntries(given.map(([name, value]) => [GO_NAMES[name] ?? name, toNamed(value)]))
}

function readSocket(connection: unknown): unknown {
  const transport = isObject(connection) ? connection['transport'] : undefined
  const uds = isObject(transport) ? transport['uds'] : undefined
  return isObject(uds) ? uds['udsName'] : undefined
}

// kube-apiserver checks only that the path is not empty; everything else would fail at the first webhook call.
function checkSocketPath(socket: string): void {
  const bytes = Buffer.byteLength(socket)
  if (/^[a-z]+:\/\//i.test(socket)) {
    throw refuse(socket, 'is a URL', `Write the plain path: ${socket.replace(/^[a-z]+:\/\//i, '')}`)
  }
  if (!posix.isAbsolute(socket)) {
    throw refuse(socket, 'is not absolute', 'kube-apiserver would look for it in its own working directory.')
  }
  if (socket.endsWith('/'))
    throw refuse(socket, 'names a folder', 'Name the socket itself, such as /run/gatehouse/gatehouse.sock.')
  if (socket.includes('\0')) throw refuse(socket, 'holds a NUL character', 'Remove it.')
  if (bytes > MAX_SOCKET_PATH_BYTES) {
    const tooLong = `has ${bytes} bytes, a Unix socket's path holds ${MAX_SOCKET_PATH_BYTES}`
    throw refuse(socket, tooLong, 'Choose a shorter folder, such as /run/gatehouse.')
  }
}

function refuse(socket: string, what: string, hint: string): GatehouseError {
  return new GatehouseError('ERR_PLUGIN_OPTIONS', `socket path ${JSON.stringify(socket)} ${what}`, { hint })
}
