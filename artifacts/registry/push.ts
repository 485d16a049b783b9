import { GatehouseError } from '../../util/errors.ts'
import { digestOf } from '../digest.ts'
import type { HttpAnswer } from '../http/exchange.ts'
import { statusFailure } from '../http/failures.ts'
import { discard } from '../http/read-body.ts'
import { checkDowngrade, readLocation } from '../http/redirects.ts'
import { retry } from '../http/retry.ts'
import { showForeign } from '../show-foreign.ts'
import { OCI_MANIFEST } from './media-types.ts'
import type { RegistryClient } from './registry-client.ts'

/** Stores bytes under their digest, unless the repository has them. */
export function pushBlob(client: RegistryClient, what: string, bytes: Uint8Array): Promise<void> {
  const digest = digestOf(bytes)
  return retry(client.transport.limits, client.signal, async () => {
    const known = await client.send({ method: 'HEAD', url: client.urlOf(`blobs/${digest}`) })
    discard(known)
    if (known.status === 200) return
    const upload = await openUpload(client, what)
    upload.searchParams.set('digest', digest)
    const headers = { 'content-type': 'application/octet-stream' }
    expectStatus(what, await client.send({ method: 'PUT', url: upload, headers, body: bytes }), 201)
  })
}

/** Stores a manifest under a tag; returns its digest. */
export async function pushManifest(client: RegistryClient, tag: string, bytes: Uint8Array): Promise<string> {
  const url = client.urlOf(`manifests/${tag}`)
  const what = `the manifest ${url.host}${url.pathname}`
  const digest = digestOf(bytes)
  return retry(client.transport.limits, client.signal, async () => {
    const answer = await client.send({ method: 'PUT', url, headers: { 'content-type': OCI_MANIFEST }, body: bytes })
    expectStatus(what, answer, 201)
    const stored = answer.headers['docker-content-digest']
    if (stored === undefined || stored === digest) return digest
    throw new GatehouseError(
      'ERR_ARTIFACT_DIGEST',
      `${what}: the registry stored ${showForeign(String(stored))}, sent was ${digest}`,
    )
  })
}

// https://github.com/opencontainers/distribution-spec/blob/main/spec.md#post-then-put
async function openUpload(client: RegistryClient, what: string): Promise<URL> {
  const answer = await client.send({ method: 'POST', url: client.urlOf('blobs/uploads/') })
  expectStatus(what, answer, 202)
  const upload = readLocation(answer)
  checkDowngrade(answer.url, upload, client.transport)
  return upload
}

function expectStatus(what: string, answer: HttpAnswer, status: number): void {
  discard(answer)
  if (answer.status !== status) throw statusFailure(`cannot push ${what}`, answer.status, answer.headers['retry-after'])
}
