import type { Machine } from '../machine.ts'
import { type Summary, summarize } from '../statistics.ts'
import type { ShimTimes } from './shim-times.ts'

/** Where the time of one request goes; `--output json` prints it as it is. Times are milliseconds. */
export interface ProfileReport {
  readonly kubernetesVersion: string
  readonly policy: string
  readonly machine: Machine
  /** From the client to the client, with the policy, and on the same API server without. */
  readonly withPolicy: Summary
  readonly withoutPolicy: Summary
  readonly addedP50: number
  /** What the floor adds on its API server, and the call of it by that API server's clock. */
  readonly floor: { readonly addedP50: number; readonly call: number }
  /** They add up to the added p50. */
  readonly parts: readonly ProfilePart[]
  /** After the answer has left: no request waits for it, but the next one. */
  readonly after: Summary
}

export interface ProfilePart {
  readonly part: string
  readonly where: 'API server' | 'shim'
  readonly title: string
  readonly p50: number
  /** Where it was seen request by request. */
  readonly p99?: number
  /** Of the added p50; null where that is nothing. */
  readonly share: number | null
}

/** What was measured, in windows of a few requests each. */
export interface ProfileSamples {
  readonly withPolicy: readonly Window[]
  readonly withoutPolicy: readonly Window[]
  readonly floor: readonly Window[]
  readonly withoutFloor: readonly Window[]
  /** Of the requests with the policy, in their order. */
  readonly shim: readonly ShimTimes[]
}

export interface Window {
  readonly latencies: readonly number[]
  /** The mean of the API server's calls of its webhook, by its own clock. */
  readonly call: number
}

interface ShimPart {
  readonly part: string
  readonly title: string
  readonly of: (times: ShimTimes) => number
}

/** In the order in which they follow each other. */
const SHIM_PARTS: readonly ShimPart[] = [
  { part: 'receive', title: 'woken, TLS opened', of: ({ wokenMs }) => wokenMs },
  { part: 'body', title: 'HTTP read', of: ({ openedAt, readAt }) => readAt - openedAt },
  { part: 'review', title: 'review checked and cut up, policy found', of: ({ readAt, askedAt }) => askedAt - readAt },
  { part: 'queue', title: 'waiting to be evaluated', of: ({ askedAt, evaluatedFrom }) => evaluatedFrom - askedAt },
  { part: 'evaluate', title: 'evaluated', of: ({ evaluatedFrom, evaluatedTo }) => evaluatedTo - evaluatedFrom },
  {
    part: 'serialise',
    title: 'verdict, counters, answer written',
    of: ({ evaluatedTo, endAt }) => endAt - evaluatedTo,
  },
  { part: 'write', title: 'HTTP written, TLS, handed to the socket', of: ({ endAt, writtenAt }) => writtenAt - endAt },
]

/** Splits what the policy adds to the median. */
export function splitAdded(samples: ProfileSamples): Omit<ProfileReport, 'kubernetesVersion' | 'policy' | 'machine'> {
  const withPolicy = summarize(latenciesOf(samples.withPolicy))
  const withoutPolicy = summarize(latenciesOf(samples.withoutPolicy))
  const addedP50 = withPolicy.p50 - withoutPolicy.p50
  const shim = SHIM_PARTS.map(({ part, title, of }) => {
    const { p50, p99 } = summarize(samples.shim.map(of))
    return { part, where: 'shim' as const, title, p50, p99 }
  })
  const call = callBesidesShim(samples)
  const rest = addedP50 - call - shim.reduce((sum, { p50 }) => sum + p50, 0)
  const parts = [
    {
      part: 'around',
      where: 'API server' as const,
      title: 'before and after the call, and what fits nowhere',
      p50: rest,
    },
    {
      part: 'call',
      where: 'API server' as const,
      title: 'its half of the call: review written, TLS, HTTP, socket, wake-ups, answer read',
      p50: call,
    },
    ...shim,
  ]
  return {
    withPolicy,
    withoutPolicy,
    addedP50,
    floor: {
      addedP50: summarize(latenciesOf(samples.floor)).p50 - summarize(latenciesOf(samples.withoutFloor)).p50,
      call: summarize(samples.floor.map(({ call: its }) => its)).p50,
    },
    parts: parts.map((part) => ({ ...part, share: addedP50 > 0 ? part.p50 / addedP50 : null })),
    after: summarize(samples.shim.map(({ afterMs }) => afterMs)),
  }
}

function latenciesOf(windows: readonly Window[]): number[] {
  return windows.flatMap(({ latencies }) => latencies)
}

// The API server tells sums, not single calls: window by window, what the shim saw of its calls is taken from them. What wakes the
// shim between windows is in the first of its times, so that there is no mean of those.
function callBesidesShim({ withPolicy, shim }: ProfileSamples): number {
  const woken = summarize(shim.map(({ wokenMs }) => wokenMs)).p50
  let begin = 0
  const rests = withPolicy.map(({ latencies, call }) => {
    const times = shim.slice(begin, begin + latencies.length)
    begin += latencies.length
    return call - summarize(times.map(({ openedAt, writtenAt }) => writtenAt - openedAt)).mean - woken
  })
  return summarize(rests).p50
}
