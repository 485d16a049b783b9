import { hostname } from 'node:os'
import type { KubeClient } from '../../kube/requests/kube-client.ts'
import type { Log } from '../../util/log.ts'
import { ApiBundleConfirmer } from '../api-registration/api-bundle-confirmer.ts'
import { ApiRegistrar } from '../api-registration/api-registrar.ts'
import { memberName } from '../api-registration/member-name.ts'
import type { RegistrationState } from '../api-registration/started-api-registration.ts'
import type { Drain } from '../http/drain.ts'
import type { PoliciesInForce } from '../policy-set/policies-in-force.ts'
import type { ApiObjectsOptions } from '../registration-options.ts'
import type { ShimOptions, StaticManifestsOptions } from '../shim-options.ts'
import { readCaBundle } from '../tls/certificate-source.ts'
import { DEFAULT_LIFETIMES } from '../tls/lifetimes.ts'
import { BundleConfirmer } from './bundle-confirmer.ts'
import type { Registrar } from './registrar.ts'
import { RegistrationKeeper } from './registration-keeper.ts'
import { StaticRegistrar } from './static-registrar.ts'

export interface KeeperParts {
  readonly policies: PoliciesInForce
  readonly client: KubeClient | undefined
  readonly drain: Drain
  readonly log: Log
}

export interface StartedKeeper extends AsyncDisposable {
  /** To be called when the authority of the shim's certificate is another one. */
  update(): void
  /** Where the shims register together: how that stands. */
  readonly state: RegistrationState | undefined
}

interface StartedRegistrar {
  readonly registrar: Registrar
  readonly state?: () => RegistrationState | undefined
}

/** Registers the policies that are in force now, and those that replace them; undefined when somebody else does. */
export function startKeeper(options: ShimOptions, parts: KeeperParts): StartedKeeper | undefined {
  const { policies, drain, log } = parts
  const resources = new AsyncDisposableStack()
  const started = startRegistrar(options, parts, resources)
  if (started === undefined) return undefined
  const { registrar, state } = started
  const read = async () => ({ set: policies.sets.current, caBundle: await readCaBundle(options.certificates) })
  const keeper = resources.use(new RegistrationKeeper({ registrar, read, log }))
  let ended: Promise<void> | undefined
  const end = () => {
    ended ??= resources.disposeAsync()
    return ended
  }
  // a successor registers what it has loaded itself
  drain.onStart(() => void end())
  const update = () => {
    if (!drain.isDraining) void keeper.update()
  }
  policies.onReplace(update)
  update()
  return {
    update,
    get state() {
      return state?.()
    },
    [Symbol.asyncDispose]: end,
  }
}

function startRegistrar(
  options: ShimOptions,
  parts: KeeperParts,
  resources: AsyncDisposableStack,
): StartedRegistrar | undefined {
  const { staticManifests, apiObjects } = options
  if (staticManifests !== undefined) return startStatic(staticManifests, options, parts, resources)
  if (apiObjects === undefined || parts.client === undefined) return undefined
  return startApi(apiObjects, options, { ...parts, client: parts.client }, resources)
}

function startStatic(
  manifests: StaticManifestsOptions,
  { certificates }: ShimOptions,
  { policies: { selectors }, client, log }: KeeperParts,
  resources: AsyncDisposableStack,
): StartedRegistrar {
  const registrar = new StaticRegistrar({ ...manifests, selectors, client, log })
  if (certificates.kind === 'given') return { registrar }
  const { folder, lifetimes = DEFAULT_LIFETIMES } = certificates
  const options = { registrar, folder, manifests: manifests.folder, delayMs: lifetimes.staticManifestMs, log }
  return { registrar: resources.use(new BundleConfirmer(options)) }
}

function startApi(
  objects: ApiObjectsOptions,
  { certificates, socket, https }: ShimOptions,
  { policies: { sets, selectors }, client, log }: KeeperParts & { readonly client: KubeClient },
  resources: AsyncDisposableStack,
): StartedRegistrar {
  const name = memberName(hostname(), [socket?.path ?? '', `${https?.host}:${https?.port}`])
  const writer = resources.use(new ApiRegistrar({ ...objects, client, name, sets, selectors, log }))
  const state = () => writer.state
  if (certificates.kind === 'given') return { registrar: writer, state }
  const options = { registrar: writer, client, folder: certificates.folder, name, log }
  return { registrar: resources.use(new ApiBundleConfirmer(options)), state }
}
