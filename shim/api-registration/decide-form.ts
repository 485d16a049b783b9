/** How webhook objects lead to the policies: by the socket of the shim beside each API server, or by a Service over the network. */
export type WebhookForm = 'url' | 'service'

export interface FormFacts {
  /** What the objects have now; absent when there are none. */
  readonly registered?: WebhookForm | undefined
  /** Every shim that lives or may come back. */
  readonly shims: readonly SeenShim[]
  /** How many policy servers behind the Service live and answer for the set that is to be registered. */
  readonly policyServers: number
  /** How long every shim has to live on end before its socket is trusted again. */
  readonly returnMs: number
}

export interface SeenShim {
  readonly name: string
  /** For how long it has lived on end, as far as the deciding process has seen; absent when its Lease has run out. */
  readonly aliveMs?: number | undefined
}

export interface FormDecision {
  readonly form: WebhookForm
  /** Shims because of which it is the Service. */
  readonly absent: readonly string[]
}

/**
 * The Service as soon as one shim is gone, since its API server would refuse everything; the socket again when all have lived for
 * a while. Without a policy server that can answer, another form would only change who refuses. Whoever writes the objects
 * decides by this, so that nobody undoes what another has decided.
 */
export function decideForm({ registered, shims, policyServers, returnMs }: FormFacts): FormDecision {
  const absent = shims.filter(({ aliveMs }) => aliveMs === undefined).map(({ name }) => name)
  if (policyServers === 0) return { form: 'url', absent: [] }
  if (shims.length === 0 || absent.length > 0) return { form: 'service', absent: absent.sort() }
  const isSettled = shims.every(({ aliveMs = 0 }) => aliveMs >= returnMs)
  return { form: registered === 'service' && !isSettled ? 'service' : 'url', absent: [] }
}
