import { createMatcher } from '../../evaluator/matching/policy-matcher.ts'
import type { Log } from '../../util/log.ts'
import { mapInParallel } from '../../util/map-in-parallel.ts'
import { isExpired } from '../exemptions/exemption.ts'
import { digestOfModule, immutableReferenceOf, moduleOf } from '../policies/module-source.ts'
import type { PolicySources } from '../policies/policies-snapshot.ts'
import { type GuestSpec, guestsOf, isGroup, type PolicySpec } from '../policies/policy-spec.ts'
import { type LoadGuestOptions, loadGuest } from './load-guest.ts'
import { ModuleCompiler } from './module-compiler.ts'
import { openKeptModules } from './open-kept-modules.ts'
import {
  guestsServed,
  type KnownPolicy,
  type LoadedPolicy,
  type LoadFailure,
  listEvaluated,
  type PolicySet,
  type ServedGroup,
  type ServedModule,
} from './policy-set.ts'
import { findRawProblem } from './raw-problem.ts'

export interface LoadPolicySetOptions extends Pick<LoadGuestOptions, 'pool' | 'policyTimeoutMs' | 'signal' | 'log'> {
  /** How many policies are loaded at the same time. */
  readonly workers: number
  readonly memoryLimitBytes: number
  /** The set that this one will replace: what did not change is taken over, and what turns out bad stays as it was. */
  readonly previous?: PolicySet
}

/** Loads every policy. Never throws for a policy. @throws the signal's reason */
export async function loadPolicySet(
  { specs, modules }: PolicySources,
  options: LoadPolicySetOptions,
): Promise<PolicySet> {
  const { previous = new Map(), memoryLimitBytes, signal } = options
  const compiled = listEvaluated(previous).map(({ module }) => module)
  const compiler = new ModuleCompiler({ memoryLimitBytes, compiled, kept: openKeptModules() })
  const compile = async (guest: GuestSpec) => compiler.compile(moduleOf(guest, modules), guest.module)
  for (const spec of specs) tellExpired(spec, options.log)
  const loaded = await mapInParallel(specs, options.workers, async (spec) => {
    const known = await describePolicy(spec, {
      moduleDigests: guestsOf(spec).map((guest) => digestOfModule(guest, modules)),
      immutableReferences: guestsOf(spec).map((guest) => immutableReferenceOf(guest, modules)),
    })
    const policy = await loadPolicy(known, { ...options, previous: previous.get(spec.id), compile })
    signal.throwIfAborted()
    return policy
  })
  return new Map(loaded.map((policy) => [policy.id, policy]))
}

interface LoadPolicyOptions extends Omit<LoadGuestOptions, 'previous'> {
  readonly previous: LoadedPolicy | undefined
}

async function loadPolicy(known: KnownPolicy, options: LoadPolicyOptions): Promise<LoadedPolicy> {
  const { previous } = options
  const guests = previous?.state === 'served' ? guestsServed(previous) : []
  const loaded = await load(known, { ...options, previous: guests })
  if ('failures' in loaded) return refuse(known, loaded.failures, options)
  const raw = findRawProblem(loaded)
  return raw === undefined ? loaded : refuse(known, [raw], options)
}

async function load(
  known: KnownPolicy,
  options: LoadGuestOptions,
): Promise<ServedModule | ServedGroup | { readonly failures: readonly LoadFailure[] }> {
  const { spec } = known
  if (isGroup(spec)) {
    // most sets have no groups, and start-up is short
    const { loadGroup } = await import('./load-group.ts')
    const loaded = await loadGroup(spec, options)
    return 'failures' in loaded ? loaded : { ...known, state: 'served', ...loaded }
  }
  const loaded = await loadGuest(spec, options)
  return 'evaluated' in loaded ? { ...known, state: 'served', ...loaded } : { failures: [loaded] }
}

function tellExpired({ id, exemptions = [] }: PolicySpec, log: Log): void {
  const expired = exemptions.filter((exemption) => isExpired(exemption, Date.now()))
  for (const { until, reason } of expired)
    log.warn({ policyId: id, until, reason }, 'an exemption has expired; remove it from the policies file')
}

function refuse(
  known: KnownPolicy,
  failures: readonly LoadFailure[],
  { previous, log }: LoadPolicyOptions,
): LoadedPolicy {
  const error = failures.map(describe).join('; ')
  const modules = guestsOf(known.spec).map(({ module }) => module)
  const fields = { policyId: known.id, module: modules.join(', '), error }
  if (previous?.state === 'served') {
    log.error(fields, 'policy failed to load; its last good version keeps answering')
    return { ...previous, refusedUpdate: error }
  }
  log.error(fields, 'policy failed to load')
  const isRefused = failures.every(({ state }) => state === 'settings-refused')
  return { ...known, state: isRefused ? 'settings-refused' : 'not-loaded', error, failures }
}

function describe({ member, error }: LoadFailure): string {
  return member === undefined ? error : `member ${member}: ${error}`
}

async function describePolicy(
  spec: PolicySpec,
  modules: Pick<KnownPolicy, 'moduleDigests' | 'immutableReferences'>,
): Promise<KnownPolicy> {
  const { id, mode, allowedToMutate, registration } = spec
  // a group has said its message itself
  const message = isGroup(spec) ? undefined : spec.message
  return {
    id,
    mode,
    allowedToMutate,
    spec,
    ...modules,
    ...(message === undefined ? {} : { message }),
    ...(registration?.mutates === undefined ? {} : { mutates: registration.mutates }),
    ...(registration === undefined ? {} : { matcher: await createMatcher(registration) }),
  }
}
