import type {
  ApiObjectsReport,
  DisablementReport,
  EntryReport,
  FallbackReport,
  ShimStatus,
} from '../../shim/admin/admin-api.ts'
import { formatDuration } from '../../util/duration.ts'
import { renderTable } from '../render/table.ts'

/** A shim's status for people: one property a line, and a line for each thing that is not as it should be. */
export function renderStatus(status: ShimStatus): string {
  const { policies, registration, pool, certificate, failed, outdated, disabled } = status
  const outdatedCount = Object.keys(outdated).length
  return renderTable([
    ['shim', `version ${status.version}, pid ${status.pid}, up ${formatDuration(status.uptimeSeconds * 1000)}`],
    ['readiness', status.readiness],
    ['listens on', status.addresses.join(', ')],
    ['admin socket', status.adminSocket],
    ['policies', `${policies.total} from ${policies.source}: ${policies.served - outdatedCount} served`],
    ...Object.entries(outdated).map(([id, error]) => ['  outdated', `${id}: its last good version answers: ${error}`]),
    ...Object.entries(failed).map(([id, error]) => ['  failed', `${id}: ${error}`]),
    ...disabled.map((entry) => ['  disabled', describeDisablement(entry)]),
    ['policy set', registration.digest],
    ...registration.entries.map((entry) => ['  entry', describeEntry(entry)]),
    ...(registration.staticManifests === undefined
      ? []
      : [['  written to', `${registration.staticManifests.folder}, ${registration.staticManifests.registration}`]]),
    ...(registration.apiObjects === undefined ? [] : [['  registered', describeApiObjects(registration.apiObjects)]]),
    ...(registration.apiObjects?.aggregatedGroups ?? []).map((sentence) => ['  aggregated', sentence]),
    ['last reload', describeReload(status)],
    ['certificate', `for ${certificate.hosts.join(', ')}, until ${certificate.notAfter}`],
    ...(status.fallback === undefined ? [] : [['fallback', describeFallback(status.fallback)]]),
    ['threads', `${pool.busy} busy of ${pool.workers}, ${pool.queued} waiting of ${pool.queueLimit} at most`],
  ])
}

function describeFallback({ address, answered, failed, last, lastFailure }: FallbackReport): string {
  if (last === undefined) return `${address}, not needed yet`
  const failure = lastFailure === undefined ? '' : `, the last at ${lastFailure.at}: ${lastFailure.message}`
  return `${address}, ${answered} answered, ${failed} failed${failure}; last needed at ${last.at}: ${last.reason}`
}

/** `pod-privileged until 2026-11-27T20:00:00.000Z (9m30s left)`. */
export function describeDisablement({ policyId, until }: DisablementReport): string {
  const left = formatDuration(new Date(until).getTime() - Date.now())
  return `${policyId ?? 'every policy'} until ${until} (${left} left)`
}

// `validate-2: a, b; apart from validate-1: failurePolicy is Ignore`
function describeEntry({ name, members, apart }: EntryReport): string {
  const reasons = apart.map(({ from, because }) => `apart from ${from}: ${because}`)
  return [`${name}: ${members.join(', ')}`, ...reasons].join('; ')
}

function describeApiObjects({
  registration,
  writes,
  registered = 'nothing yet',
  waitingFor,
  form = 'url',
  absent = [],
}: ApiObjectsReport): string {
  if (!writes) return `by API objects, ${registration}; another shim writes them`
  const waiting = waitingFor.length === 0 ? '' : `; the set above waits for ${waitingFor.join(', ')}`
  const service =
    form === 'url' ? '' : `; API servers are sent to the Service, for ${absent.join(', ') || 'no shim is there'}`
  return `by API objects, ${registration}; this shim writes them: ${registered}${waiting}${service}`
}

function describeReload({ lastReload: { at, lastSuccessAt, refusal } }: ShimStatus): string {
  if (refusal !== undefined) return `refused at ${at}, the policies before it answer: ${refusal}`
  return lastSuccessAt === at || lastSuccessAt === undefined
    ? at
    : `${at}; the last without a refusal: ${lastSuccessAt}`
}
