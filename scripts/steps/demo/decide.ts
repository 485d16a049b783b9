import { isDeepStrictEqual } from 'node:util'
import { ApiException, type CoreV1Api, type V1Pod } from '@kubernetes/client-node'

/** Creates a Pod, removes it again, and says in one line what became of it: `denied`, `mutated`, `allowed` or `refused`. */
export async function decide(api: CoreV1Api, pod: V1Pod): Promise<string> {
  const { name = '', namespace = '' } = pod.metadata ?? {}
  try {
    const created = await api.createNamespacedPod({ namespace, body: pod })
    await api.deleteNamespacedPod({ namespace, name, gracePeriodSeconds: 0 })
    const before = pod.spec?.securityContext ?? {}
    const after = created.spec?.securityContext ?? {}
    if (isDeepStrictEqual(plain(after), plain(before))) return line('allowed', pod, 'as it was written')
    return line('mutated', pod, `by default-seccomp-profile: securityContext is now ${JSON.stringify(after)}`)
  } catch (error) {
    if (!(error instanceof ApiException)) throw error
    return describeRefusal(pod, messageIn(error))
  }
}

function describeRefusal(pod: V1Pod, message: string): string {
  const [, webhook = '', reason = ''] = /admission webhook "([^"]+)" denied the request: (.*)/s.exec(message) ?? []
  if (webhook === '') return line('refused', pod, `nobody decided, and failurePolicy is Fail: ${message}`)
  // of a shared entry the message says which policy it was
  if (!webhook.endsWith('.policy.gatehouse.internal'))
    return line('denied', pod, `by ${reason.replace(/^policy /, '')}`)
  return line('denied', pod, `by ${webhook.replace(/\.policy\.gatehouse\.internal$/, '')}: ${reason}`)
}

function line(verdict: string, { metadata }: V1Pod, why: string): string {
  return ` ${verdict.padEnd(8)} Pod ${`${metadata?.namespace}/${metadata?.name}`.padEnd(19)} ${why}\n`
}

function messageIn({ body, message }: ApiException<{ message?: string } | string>): string {
  const parsed = typeof body === 'string' ? (JSON.parse(body) as { message?: string }) : body
  return parsed?.message ?? message
}

function plain(value: object): unknown {
  return JSON.parse(JSON.stringify(value))
}
