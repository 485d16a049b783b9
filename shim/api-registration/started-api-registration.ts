import { randomUUID } from 'node:crypto'
import { LeaderElection } from '../../kube/lease/leader-election.ts'
import type { StartedLeaderElection } from '../../kube/lease/started-leader-election.ts'
import { isKubeError } from '../../kube/requests/kube-error.ts'
import { sleep } from '../../kube/sleep.ts'
import { type AggregatedGroups, NO_AGGREGATED_GROUPS } from '../../plugin/aggregated-groups.ts'
import { ELECTION_LEASE, LEASES_NAMESPACE } from '../../plugin/registration-leases.ts'
import type { WebhookClient } from '../../plugin/webhook-client.ts'
import { DEFAULT_WEBHOOK_HOST } from '../../plugin/webhook-host.ts'
import { messageOf } from '../../util/errors.ts'
import { AggregatedGroupsReader } from './aggregated-groups-reader.ts'
import type { ApiRegistrationOptions } from './api-registration-options.ts'
import { decideForm, type WebhookForm } from './decide-form.ts'
import { decideRegistration } from './decide-registration.ts'
import { joinAuthorities } from './join-authorities.ts'
import { Members } from './members.ts'
import { WEBHOOK_KINDS } from './webhook-kinds.ts'
import { WebhookObjects } from './webhook-objects.ts'

/** What happens at once is looked at together; also the least time between two writings, should somebody keep undoing them. */
const SETTLE_MS = 100
/** Shims that have gone tell nobody. */
const LOOK_MS = 5000
const RETRY_MS = 1000
/** Twice as long as a shim may be silent. */
const RETURN_MS = 30_000

/** How the registration stands, as far as this shim knows. */
export interface RegistrationState {
  readonly isWriter: boolean
  /** The digest that this shim registered last; known to the writer only. */
  readonly registered: string | undefined
  /** Names of shims that do not answer for the set in force here. */
  readonly waitingFor: readonly string[]
  /** Groups that other servers answer for; known to the writer only. */
  readonly aggregated: AggregatedGroups
  /** How the objects lead to the policies, where a Service may take over; known to the writer only. */
  readonly form?: WebhookForm
  /** Shims because of which that is the Service. */
  readonly absent?: readonly string[]
}

/** Keeps the webhook configurations those of the policies, as long as this shim is the one that writes them. */
export class StartedApiRegistration implements AsyncDisposable {
  readonly #options: ApiRegistrationOptions
  readonly #members: Members
  readonly #objects: WebhookObjects
  readonly #aggregated: AggregatedGroupsReader
  readonly #election: StartedLeaderElection
  readonly #stop = new AbortController()
  readonly #loop: Promise<void>
  #wake = new AbortController()
  #registered: string | undefined
  #waitingFor: readonly string[] = []
  #lost: string | undefined
  #aggregatedGroups = NO_AGGREGATED_GROUPS
  #form: WebhookForm | undefined
  #absent: readonly string[] = []

  constructor(options: ApiRegistrationOptions) {
    this.#options = options
    const { client, name, log, times = {} } = options
    const look = () => this.#wake.abort()
    this.#members = new Members(options, look)
    this.#objects = new WebhookObjects({ client, onChange: look, log })
    this.#aggregated = new AggregatedGroupsReader(client, log)
    this.#election = new LeaderElection({
      client,
      lease: { namespace: LEASES_NAMESPACE, name: ELECTION_LEASE },
      // two processes of one name may overlap, when one takes over from the other
      identity: `${name}_${randomUUID()}`,
      ...(times.election !== undefined && { times: times.election }),
      onChange: look,
      log,
    }).start()
    this.#loop = this.#run()
  }

  get state(): RegistrationState {
    return {
      isWriter: this.#election.isLeader,
      registered: this.#registered,
      waitingFor: this.#waitingFor,
      aggregated: this.#aggregatedGroups,
      ...(this.#form !== undefined && { form: this.#form, absent: this.#absent }),
    }
  }

  /** The sets that this shim answers for, or its authorities, are others now. */
  refresh(): void {
    this.#members.announce()
    this.#wake.abort()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort()
    this.#wake.abort()
    await this.#loop
    // the next writer may begin while our watches end
    await this.#election[Symbol.asyncDispose]()
    await Promise.all([this.#members[Symbol.asyncDispose](), this.#objects[Symbol.asyncDispose]()])
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop
    while (!signal.aborted) {
      this.#wake = new AbortController()
      const { signal: wake } = this.#wake
      const pauseMs = await this.#tryToLook()
      if (!signal.aborted) await sleep(pauseMs, wake)
      await sleep(SETTLE_MS, signal)
    }
  }

  async #tryToLook(): Promise<number> {
    try {
      await this.#look()
      return LOOK_MS
    } catch (error) {
      // somebody else wrote in between: look again
      if (isKubeError(error, 409)) return 0
      if (!this.#stop.signal.aborted)
        this.#options.log.warn({ error: messageOf(error) }, 'cannot register the policies; they stay as they are')
      return RETRY_MS
    }
  }

  async #look(): Promise<void> {
    if (!this.#election.isLeader) {
      this.#registered = undefined
      this.#form = undefined
      this.#absent = []
      return
    }
    if (!this.#members.isSynced) return
    const { sets, log } = this.#options
    const actual = await this.#objects.read()
    const registered = this.#registered ?? actual.registered
    const { digest, waitingFor } = decideRegistration({
      members: this.#members.alive,
      current: sets.current,
      registered,
    })
    this.#tellWaiting(waitingFor)
    if (digest === undefined || !this.#has(digest)) return
    const authorities = this.#members.known.map((member) => member.authorities)
    this.#aggregatedGroups = await this.#aggregated.read()
    const desired = sets.configurationsOf(digest, {
      caBundle: joinAuthorities(authorities),
      aggregatedGroups: this.#aggregatedGroups.whole,
      client: this.#chooseClient(digest, actual.form),
    })
    if (desired === undefined) return
    for (const kind of WEBHOOK_KINDS) {
      if (!this.#election.isLeader) return
      const change = await this.#objects.keep(kind, actual, desired, digest)
      if (change !== 'none') log.info({ kind, set: digest, change }, 'webhook configuration written')
    }
    this.#registered = digest
    await this.#members.clean()
  }

  /** By the socket, unless a Service takes over for shims that are gone. */
  #chooseClient(digest: string, registered: WebhookForm | undefined): WebhookClient {
    const { service, host = DEFAULT_WEBHOOK_HOST, times = {} } = this.#options
    if (service === undefined) return { host }
    const servers = this.#members.alive.filter(({ role, sets }) => role !== undefined && sets.includes(digest))
    const { form, absent } = decideForm({
      registered,
      shims: this.#members.shims,
      policyServers: servers.length,
      returnMs: times.returnMs ?? RETURN_MS,
    })
    this.#tellForm(form, absent)
    return form === 'service' ? { service } : { host }
  }

  #tellForm(form: WebhookForm, absent: readonly string[]): void {
    const { log } = this.#options
    const isNews = form !== this.#form || absent.join() !== this.#absent.join()
    if (isNews && form === 'service') log.warn({ absent }, 'API servers are sent to the Service, since shims are gone')
    else if (isNews && this.#form === 'service') log.info({}, 'API servers are sent to the shims again')
    this.#form = form
    this.#absent = absent
  }

  #tellWaiting(waitingFor: readonly string[]): void {
    if (waitingFor.length > 0 && waitingFor.join() !== this.#waitingFor.join()) {
      const { log, sets } = this.#options
      log.warn(
        { set: sets.current, waitingFor },
        'the new policies are registered when these shims answer for them too',
      )
    }
    this.#waitingFor = waitingFor
  }

  /** Of a set that this shim does not have it cannot tell what to register: what is there stays. */
  #has(digest: string): boolean {
    const { sets, log } = this.#options
    const isThere = sets.digests.includes(digest)
    if (!isThere && this.#lost !== digest)
      log.error(
        { registered: digest, inForce: sets.current },
        'the registered policies are not here, and cannot be mended',
      )
    this.#lost = isThere ? undefined : digest
    return isThere
  }
}
