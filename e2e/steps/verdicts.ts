import type { KubeClient } from '../../kube/requests/kube-client.ts'
import type { Registration } from '../../plugin/registration-mode.ts'
import { isRecord } from '../../util/record.ts'
import { expectEqual } from '../expect.ts'
import type { ScenarioStep } from '../scenario-step.ts'
import { type Denial, expectAdmitted, expectDenied } from './ask.ts'
import { type Creation, cronJob, deployment, ingress, nodePort, plainPod, privilegedPod } from './objects.ts'

export const PRIVILEGED_DENIED = {
  policy: 'pod-privileged',
  message: 'Privileged container is not allowed: web',
}

/** What policies of every kind say, as long as they are registered in this way. */
export function verdictSteps(registration: Registration): ScenarioStep[] {
  return [
    { title: 'a validating policy (Rust) denies a privileged Pod', run: validating },
    { title: 'a mutating policy (Rust) gives a Pod its seccomp profile', run: mutating },
    { title: 'a Rego policy (OPA) judges the images of a CronJob', run: regoOpa },
    { title: 'a Rego policy (Gatekeeper) judges the replicas of a Deployment', run: regoGatekeeper },
    { title: 'a policy in Go judges the hosts of an Ingress', run: inGo },
    { title: 'a group (JavaScript, Rust) judges Services, and says what each member said', run: group },
  ].map(({ title, run }) => ({
    title: `${registration}: ${title}`,
    ...(registration === 'combined' && { needs: ['registers-webhooks'] as const }),
    run: ({ api }) =>
      run({ api, deny: (creation, denial) => expectDenied(api, creation, { ...denial, registration }) }),
  }))
}

/** An API server that is asked, and what it says when a policy that is registered in the one way denies. */
interface Asked {
  readonly api: KubeClient
  deny(creation: Creation, denial: Denial): Promise<void>
}

async function validating({ deny }: Asked): Promise<void> {
  await deny(privilegedPod('privileged'), PRIVILEGED_DENIED)
}

async function mutating({ api }: Asked): Promise<void> {
  await expectAdmitted(api, plainPod('plain'), ({ spec }) => {
    const profile = isRecord(spec) && isRecord(spec['securityContext']) && spec['securityContext']['seccompProfile']
    expectEqual('the seccomp profile of the Pod that was created', profile, { type: 'RuntimeDefault' })
  })
}

async function regoOpa({ api, deny }: Asked): Promise<void> {
  await deny(cronJob('foreign', 'registry.example.com/web:1'), {
    policy: 'image-sources',
    message: 'registry.example.com/web:1 comes from registry.example.com, which is not allowed',
  })
  await expectAdmitted(api, cronJob('pinned', 'docker.io/library/web:1'))
}

async function regoGatekeeper({ api, deny }: Asked): Promise<void> {
  await deny(deployment('large', 6), {
    policy: 'replica-limits',
    message: 'gatehouse-e2e-large has 6 replicas, which is outside of the allowed ranges: 1 to 5',
  })
  await expectAdmitted(api, deployment('small', 1))
}

async function inGo({ api, deny }: Asked): Promise<void> {
  await deny(ingress('open', 'shop.example.org', ['other.example.org']), {
    policy: 'ingress-tls',
    message: 'hosts without TLS: shop.example.org',
  })
  await expectAdmitted(api, ingress('covered', 'shop.example.org', ['shop.example.org']))
}

async function group({ api, deny }: Asked): Promise<void> {
  await deny(nodePort('unowned', { owner: 'alice' }), {
    policy: 'exposed-with-owner',
    message: 'a Service that is reached from outside needs the labels owner and ticket',
    causes: [
      { field: 'spec.policies.inside', message: 'Services of type NodePort are not wanted' },
      { field: 'spec.policies.owned', message: 'Required labels are missing: ticket' },
    ],
  })
  await expectAdmitted(api, nodePort('owned', { owner: 'alice', ticket: '1234' }))
}
