/** The three API servers, by where their egress leads. */
export const API_SERVERS = ['shim', 'floor', 'none'] as const
export type ApiServerRole = (typeof API_SERVERS)[number]

/** One path that a request can take; all of them are measured at once. */
export interface Row {
  readonly name: RowName
  readonly title: string
  readonly apiServer: ApiServerRole
  /** The row without a webhook on the same API server; baselines themselves have none. */
  readonly baseline?: RowName
}

export type RowName =
  | 'baseline-shim'
  | 'baseline-floor'
  | 'baseline-none'
  | 'cel'
  | 'floor'
  | 'floor-again'
  | 'shim'
  | 'loopback'

/** In the order in which reports show them. */
export const ROWS: readonly Row[] = [
  { name: 'baseline-shim', title: 'no webhook, API server with egress to the shim', apiServer: 'shim' },
  { name: 'baseline-floor', title: 'no webhook, API server with egress to the floor', apiServer: 'floor' },
  { name: 'baseline-none', title: 'no webhook, API server without egress', apiServer: 'none' },
  {
    name: 'cel',
    title: 'the same rule in process: ValidatingAdmissionPolicy',
    apiServer: 'none',
    baseline: 'baseline-none',
  },
  {
    name: 'floor',
    title: 'floor: allow-all in Go over the socket',
    apiServer: 'floor',
    baseline: 'baseline-floor',
  },
  {
    name: 'floor-again',
    title: 'A/A: the floor once more',
    apiServer: 'floor',
    baseline: 'baseline-floor',
  },
  { name: 'shim', title: 'shim over the socket', apiServer: 'shim', baseline: 'baseline-shim' },
  { name: 'loopback', title: 'the same shim over loopback HTTPS', apiServer: 'none', baseline: 'baseline-none' },
]

/** The label that says which row a request belongs to: webhooks select by it. */
export const ROW_LABEL = 'bench.gatehouse.internal/row'
