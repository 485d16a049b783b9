import { formatBytes } from '../../util/bytes.ts'
import { GatehouseError } from '../../util/errors.ts'
import { checkDigest, digestOf } from '../digest.ts'
import type { OnProgress } from '../fetch-options.ts'
import type { HttpAnswer } from '../http/exchange.ts'
import { statusFailure } from '../http/failures.ts'
import { discard, readBody } from '../http/read-body.ts'
import { retry } from '../http/retry.ts'
import { formatImage } from '../reference.ts'
import type { RegistryName } from '../references/registry-name.ts'
import { type Descriptor, readManifest } from './manifest.ts'
import { INDEXES, MANIFESTS } from './media-types.ts'
import type { RegistryClient } from './registry-client.ts'

/** A manifest as it is stored. */
export interface StoredManifest {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly digest: string
  readonly contentType: string | undefined
}

/** Gets what a name leads to: a tag or, checked, a digest. */
export async function pullManifest(client: RegistryClient, name: RegistryName): Promise<StoredManifest> {
  const what = `the manifest of ${formatImage(name)}`
  const { manifestBytes } = client.transport.limits
  return retry(client.transport.limits, client.signal, async () => {
    const accept = [...MANIFESTS, ...INDEXES].join(', ')
    const url = client.urlOf(`manifests/${name.digest ?? name.tag}`)
    const answer = await client.send({ method: 'GET', url, headers: { accept } })
    expectOk(what, answer)
    const bytes = await readBody(answer, { what, maxBytes: manifestBytes })
    const digest = digestOf(bytes)
    const announced = [name.digest, headerOf(answer, 'docker-content-digest')]
    for (const expected of announced) if (expected !== undefined) checkDigest(what, bytes, { digest: expected })
    return { bytes, digest, contentType: answer.headers['content-type'] }
  })
}

/** The only Wasm layer that a manifest leads to, at most by way of one index. */
export async function findLayer(
  client: RegistryClient,
  name: RegistryName,
  { bytes, contentType }: StoredManifest,
): Promise<Descriptor> {
  const found = readManifest(`the manifest of ${formatImage(name)}`, bytes, contentType)
  if ('layer' in found) return found.layer
  const { digest, size } = found.manifest
  const inner = { host: name.host, repository: name.repository, digest }
  const what = `the manifest ${formatImage(inner)}`
  const manifest = await pullManifest(client, inner)
  checkDigest(what, manifest.bytes, { digest, size })
  const next = readManifest(what, manifest.bytes, manifest.contentType)
  if ('layer' in next) return next.layer
  throw new GatehouseError('ERR_ARTIFACT_INVALID', `${what} is an index within an index; must be an image manifest`)
}

/** A blob to get: what it is, for messages, and what its manifest says of it. */
export interface WantedBlob {
  readonly what: string
  readonly descriptor: Descriptor
  readonly onProgress?: OnProgress | undefined
}

/** Gets the bytes that a descriptor stands for, all of them checked. */
export async function pullBlob(
  client: RegistryClient,
  { what, descriptor, onProgress }: WantedBlob,
): Promise<Uint8Array<ArrayBuffer>> {
  const { limits } = client.transport
  const { digest, size } = descriptor
  if (size > limits.moduleBytes) throw tooLarge(what, size, limits.moduleBytes)
  return retry(limits, client.signal, async () => {
    const answer = await client.send({ method: 'GET', url: client.urlOf(`blobs/${digest}`) })
    expectOk(what, answer)
    const onBytes = (done: number) => onProgress?.({ done, total: size })
    const bytes = await readBody(answer, { what, maxBytes: size, onBytes })
    checkDigest(what, bytes, { digest, size })
    return bytes
  })
}

function tooLarge(what: string, size: number, maxBytes: number): GatehouseError {
  const message = `${what} has ${formatBytes(size)}; at most ${formatBytes(maxBytes)} are taken`
  return new GatehouseError('ERR_ARTIFACT_TOO_LARGE', message)
}

function expectOk(what: string, answer: HttpAnswer): void {
  if (answer.status === 200) return
  discard(answer)
  throw statusFailure(what, answer.status, answer.headers['retry-after'])
}

function headerOf({ headers }: HttpAnswer, name: string): string | undefined {
  const value = headers[name]
  return Array.isArray(value) ? value.join(', ') : value
}
