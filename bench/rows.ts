/** The three stock API servers, by where their egress leads. */
export const API_SERVERS = ['shim', 'floor', 'none'] as const
/** Those with plugin/in-process, which are measured where that is asked for. */
export const IN_PROCESS_SERVERS = ['in-process', 'in-process-to-shim'] as const
export type InProcessRole = (typeof IN_PROCESS_SERVERS)[number]
export type ApiServerRole = (typeof API_SERVERS)[number] | InProcessRole

/** One path that a request can take; all of them are measured at once. */
export interface Row {
  readonly name: string
  readonly title: string
  readonly apiServer: ApiServerRole
  /** The row without a webhook on the same API server; baselines themselves have none. */
  readonly baseline?: string
  /** The row of the floor that it is compared with; baselines have none. */
  readonly floor?: string
  /** As sent, where that is what rows differ in. */
  readonly objectBytes?: number
  /** Policies that the path asks, where that is what rows differ in. */
  readonly policies?: number
  /** The row of the same path with one policy. */
  readonly one?: string
}

const BASELINE_ROWS: readonly Row[] = [
  { name: 'baseline-shim', title: 'no webhook, API server with egress to the shim', apiServer: 'shim' },
  { name: 'baseline-floor', title: 'no webhook, API server with egress to the floor', apiServer: 'floor' },
  { name: 'baseline-none', title: 'no webhook, API server without egress', apiServer: 'none' },
]

/** Where a path starts: its API server, and what it is compared with. */
export const ON_SHIM = { apiServer: 'shim', baseline: 'baseline-shim', floor: 'floor' } as const
export const ON_FLOOR = { apiServer: 'floor', baseline: 'baseline-floor', floor: 'floor' } as const
export const ON_NONE = { apiServer: 'none', baseline: 'baseline-none', floor: 'floor' } as const

const FLOOR_ROWS: readonly Row[] = [
  { name: 'floor', title: 'floor: allow-all in Go over the socket', ...ON_FLOOR },
  { name: 'floor-again', title: 'A/A: the floor once more', ...ON_FLOOR },
]

/** What every run needs: what nothing costs, and the least that a call can cost. */
export const REFERENCE_ROWS: readonly Row[] = [...BASELINE_ROWS, ...FLOOR_ROWS]

/** The paths of one policy, in the order in which reports show them. */
export const ROWS: readonly Row[] = [
  ...BASELINE_ROWS,
  { name: 'cel', title: 'the same rule in process: ValidatingAdmissionPolicy', ...ON_NONE },
  ...FLOOR_ROWS,
  { name: 'shim', title: 'shim over the socket', ...ON_SHIM },
  { name: 'loopback', title: 'the same shim over loopback HTTPS', ...ON_NONE },
]

const IN_PROCESS_BASELINES: Readonly<Record<InProcessRole, Row>> = {
  'in-process': {
    name: 'baseline-in-process',
    title: 'no policy, API server with plugin/in-process',
    apiServer: 'in-process',
  },
  'in-process-to-shim': {
    name: 'baseline-in-process-to-shim',
    title: 'no policy, API server with plugin/in-process to the shim',
    apiServer: 'in-process-to-shim',
  },
}

/** What the two are compared with: each without a policy. */
export const IN_PROCESS_BASELINE_ROWS: readonly Row[] = IN_PROCESS_SERVERS.map((role) => IN_PROCESS_BASELINES[role])

/** Where a path within one of our own API servers starts. */
export function onInProcess(role: InProcessRole) {
  return { apiServer: role, baseline: IN_PROCESS_BASELINES[role].name, floor: 'floor' } as const
}

/** The same paths' rows of one policy. */
export const IN_PROCESS_ROWS: readonly Row[] = [
  ...IN_PROCESS_BASELINE_ROWS,
  { name: 'in-process', title: 'the same module in the API server: plugin/in-process', ...onInProcess('in-process') },
  {
    name: 'in-process-to-shim',
    title: 'the shim in frames, without CONNECT, TLS and HTTP',
    ...onInProcess('in-process-to-shim'),
  },
]

/** The label that says which row a request belongs to: webhooks select by it. */
export const ROW_LABEL = 'bench.gatehouse.internal/row'
