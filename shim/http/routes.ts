import type { ReviewOrigin } from '../review/review-origin.ts'

/** What a path asks for. */
export type Route = ProbeRoute | ReviewRoute | EntryRoute

export interface ProbeRoute {
  readonly kind: 'readiness' | 'livez' | 'metrics'
}

export interface ReviewRoute {
  readonly kind: 'review'
  readonly origin: ReviewOrigin
  readonly policyId: string
}

/** The policies that share a webhook entry. */
export interface EntryRoute {
  readonly kind: 'entry'
  /** Of the policy set. */
  readonly digest: string
  readonly entry: string
}

const PROBES = new Map<string, ProbeRoute>([
  ['/readiness', { kind: 'readiness' }],
  ['/livez', { kind: 'livez' }],
  ['/metrics', { kind: 'metrics' }],
])

/** Finds what a path without its query asks for; undefined when nothing is there. */
export function findRoute(path: string): Route | undefined {
  const [, digest, entry] = /^\/combined\/([0-9a-f]+)\/([a-z0-9-]+)$/.exec(path) ?? []
  if (digest !== undefined && entry !== undefined) return { kind: 'entry', digest, entry }
  // An id is one segment, as in Kubewarden: an id with a slash names a group's member and has no URL.
  const [, origin, encodedId] = /^\/(validate|validate_raw|audit)\/([^/]+)$/.exec(path) ?? []
  if (origin === undefined || encodedId === undefined) return PROBES.get(path)
  const policyId = decode(encodedId)
  return policyId === undefined ? undefined : { kind: 'review', origin: origin as ReviewOrigin, policyId }
}

/** Whether a URL asks about the shim itself. */
export function isProbe(url: string): boolean {
  return PROBES.has(url.split('?', 1)[0] ?? '')
}

/** The methods that a route answers, first the one to recommend. */
export function methodsOf(route: Route): readonly string[] {
  return route.kind === 'review' || route.kind === 'entry' ? ['POST'] : ['GET', 'HEAD']
}

function decode(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment)
  } catch {
    return undefined
  }
}
