import { X509Certificate } from 'node:crypto'
import { packageVersion } from '../../util/package-version.ts'
import { formatAuthority } from '../connect/authority.ts'
import type { Fallback } from '../fallback/fallback.ts'
import { listFailures, listRefusedUpdates } from '../policy-set/policy-set.ts'
import type { Disablement } from '../review/disabled-policies.ts'
import type { SocketOptions } from '../shim-options.ts'
import type { DisablementReport, FallbackReport, ReloadReport, ShimStatus } from './admin-api.ts'
import type { AdminFacts } from './admin-facts.ts'
import { describeRegistration } from './describe-registration.ts'

/** All that `gatehouse status` shows. */
export function describeStatus(facts: AdminFacts, adminSocket: string): ShimStatus {
  const { options, startedAt, policies, drain, disabled } = facts
  const { current } = policies
  const failed = listFailures(current).map(({ id, error }) => [id, error] as const)
  return {
    version: packageVersion(),
    pid: process.pid,
    startedAt: startedAt.toISOString(),
    uptimeSeconds: Math.floor((Date.now() - startedAt.getTime()) / 1000),
    readiness: drain.isDraining ? 'stopping' : 'ready',
    addresses: facts.addresses(),
    adminSocket,
    ...(options.socket === undefined ? {} : { socket: describeSocket(options.socket) }),
    policies: { source: options.policies, total: current.size, served: current.size - failed.length },
    registration: describeRegistration(facts),
    failed: Object.fromEntries(failed),
    outdated: Object.fromEntries(listRefusedUpdates(current)),
    lastReload: describeReload(facts),
    certificate: describeCertificate(facts.certificate()),
    pool: { ...facts.pool(), workers: options.workers, queueLimit: options.queue },
    disabled: disabled.list().map(describeDisablement),
    ...(facts.fallback === undefined ? {} : { fallback: describeFallbackUse(facts.fallback) }),
  }
}

export function describeDisablement({ policyId, since, until }: Disablement): DisablementReport {
  return {
    ...(policyId === undefined ? {} : { policyId }),
    since: since.toISOString(),
    until: until.toISOString(),
  }
}

function describeFallbackUse({ description, use }: Fallback): FallbackReport {
  const { answered, failed, inFlight, last, lastFailure } = use
  return {
    address: description,
    answered,
    failed,
    inFlight,
    ...(last === undefined ? {} : { last: { ...last, at: last.at.toISOString() } }),
    ...(lastFailure === undefined ? {} : { lastFailure: { ...lastFailure, at: lastFailure.at.toISOString() } }),
  }
}

function describeSocket({ path, virtualHosts, allowedTargets }: SocketOptions) {
  return { path, hosts: virtualHosts.map(formatAuthority), allowedTargets: allowedTargets.map(formatAuthority) }
}

function describeReload({ policies }: AdminFacts): ReloadReport {
  const { lastAttempt, lastSuccess, refusal } = policies
  return {
    at: lastAttempt.toISOString(),
    ...(lastSuccess === undefined ? {} : { lastSuccessAt: lastSuccess.toISOString() }),
    ...(refusal === undefined ? {} : { refusal }),
  }
}

function describeCertificate(pem: string): ShimStatus['certificate'] {
  const { subjectAltName = '', validToDate } = new X509Certificate(pem)
  const names = subjectAltName === '' ? [] : subjectAltName.split(', ')
  const hosts = names.map((name) => name.replace(/^(DNS|IP Address):/, ''))
  return { hosts, notAfter: validToDate.toISOString() }
}
