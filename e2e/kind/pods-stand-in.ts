import { join } from 'node:path'
import type { Registration } from '../../plugin/registration-mode.ts'
import type { PolicyReport, ShimStatus } from '../../shim/admin/admin-api.ts'
import type { WebhookForm } from '../../shim/api-registration/decide-form.ts'
import { countTraffic } from '../count-decisions.ts'
import { formOf } from '../form-of.ts'
import type { StandIn } from '../stand-in.ts'
import type { KindStage } from './kind-stage.ts'
import { PolicyPods } from './policy-pods.ts'
import { PrintedInstall } from './printed-install.ts'

const DELETE = ['delete', '--ignore-not-found']

/** The Deployment of `gatehouse install --stand-in`: docs/install.md, command by command. */
export class PodsStandIn implements StandIn {
  readonly #stage: KindStage
  readonly #install: PrintedInstall
  readonly #pods: PolicyPods

  constructor(stage: KindStage, policies: string) {
    this.#stage = stage
    this.#install = new PrintedInstall(stage, policies, join(stage.folder, 'stand-in'))
    this.#pods = new PolicyPods(stage.node)
  }

  async prepare(): Promise<string> {
    await this.#install.prepare()
    return 'gatehouse/gatehouse'
  }

  async start(registration: Registration): Promise<void> {
    const { kubernetesVersion } = this.#stage
    const standIn = { selectors: 'api-server', kubernetesVersion } as const
    await this.#pods.apply(await this.#install.print({ registration, standIn }))
    await this.#pods.untilRolledOut()
  }

  async remove(): Promise<void> {
    await this.#pods.removeNamespace()
    await this.#stage.node.kubectl([...DELETE, 'clusterrole,clusterrolebinding', 'gatehouse:stand-in'])
    await this.#stage.node.kubectl([...DELETE, '--namespace=kube-system', 'role,rolebinding', 'gatehouse:stand-in'])
    await this.#install.remove()
  }

  async countDecisions(): Promise<number> {
    const reports = await this.#pods.askAll<readonly PolicyReport[]>('gatehouse', 'policies', '--output=json')
    return countTraffic(reports.flat())
  }

  async readForm(): Promise<WebhookForm | undefined> {
    // before they are there, and while they come, they say nothing
    const asked = this.#pods.askAll<ShimStatus>('gatehouse', 'status', '--output=json')
    const statuses = await asked.catch(() => [])
    return statuses.map(formOf).find((form) => form !== undefined)
  }
}
