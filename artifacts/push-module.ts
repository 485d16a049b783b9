import { GatehouseError } from '../util/errors.ts'
import { checkWasm } from './check-wasm.ts'
import { withDeadline } from './deadline.ts'
import { digestOf } from './digest.ts'
import type { FetchOptions } from './fetch-options.ts'
import { Transport } from './http/transport.ts'
import { DEFAULT_LIMITS } from './limits.ts'
import { formatImage, formatReference, type ModuleReference, type RegistryReference } from './reference.ts'
import { CONFIG_BYTES, writePolicyManifest } from './registry/policy-manifest.ts'
import { pushBlob, pushManifest } from './registry/push.ts'
import { RegistryClient } from './registry/registry-client.ts'

export interface PushOptions extends Omit<FetchOptions, 'onProgress'> {
  /** The annotations of the policy's metadata; single-line ones become the manifest's. */
  readonly annotations?: Readonly<Record<string, string>> | undefined
}

/** What a registry knows a pushed module by. */
export interface PushedModule {
  /** `sha256:…` of the module's bytes. */
  readonly digest: string
  readonly manifestDigest: string
  /** `ghcr.io/kubewarden/policies/x@sha256:…` */
  readonly immutableReference: string
}

/** Stores a module in a registry under a tag, as Kubewarden's tools do. @throws ERR_ARTIFACT_* */
export async function pushModule(
  reference: ModuleReference,
  bytes: Uint8Array,
  { sources, credentials, annotations = {}, ...options }: PushOptions,
): Promise<PushedModule> {
  const { tag, ...name } = checkTarget(reference)
  checkWasm('what is to be pushed', bytes)
  const limits = { ...DEFAULT_LIMITS, ...options.limits }
  const what = formatReference(reference)
  return withDeadline(what, limits.totalMs, options.signal, async (signal) => {
    using transport = new Transport(sources, limits)
    const client = new RegistryClient({ name, actions: 'pull,push', transport, credentials, signal })
    await pushBlob(client, `the configuration of ${what}`, CONFIG_BYTES)
    await pushBlob(client, `the module of ${what}`, bytes)
    const digest = await pushManifest(client, tag, writePolicyManifest(bytes, annotations))
    const { host, repository } = name
    return {
      digest: digestOf(bytes),
      manifestDigest: digest,
      immutableReference: formatImage({ host, repository, digest }),
    }
  })
}

function checkTarget(reference: ModuleReference): RegistryReference & { readonly tag: string } {
  const problem = describeTarget(reference)
  if (problem === undefined && reference.scheme === 'registry' && reference.tag !== undefined)
    return { ...reference, tag: reference.tag }
  throw new GatehouseError('ERR_REFERENCE_INVALID', `cannot push to ${formatReference(reference)}: ${problem}`, {
    hint: 'Push to a tag in a registry, such as registry://ghcr.io/me/policy:v1.',
  })
}

function describeTarget(reference: ModuleReference): string | undefined {
  if (reference.scheme !== 'registry') return 'it is not in a registry'
  return reference.digest === undefined ? undefined : 'a digest follows from what is pushed, and cannot be chosen'
}
