import type { KubeClient } from '../../kube/requests/kube-client.ts'
import type { Registration } from '../../plugin/registration-mode.ts'
import { webhookName } from '../../plugin/webhook-name.ts'
import { isRecord } from '../../util/record.ts'
import { expectEqual, unexpected } from '../expect.ts'
import type { Creation } from './objects.ts'

/** What the API server answered to a creation. */
export interface Answer {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
  /** The Status's own sentence; empty for what was created. */
  readonly message: string
}

/** Creates the object. */
export async function create(api: KubeClient, { path, body }: Creation): Promise<Answer> {
  return read(await api.send({ method: 'POST', path, body }))
}

/** Asks what would become of the object; all policies are asked as well. */
export async function tryOut(api: KubeClient, { path, body }: Creation): Promise<Answer> {
  return read(await api.send({ method: 'POST', path: `${path}?dryRun=All`, body }))
}

function read({ status, text }: { status: number; text: string }): Answer {
  const body: unknown = JSON.parse(text)
  if (!isRecord(body)) throw unexpected(`the API server answered ${status} ${text}`)
  return { status, body, message: status >= 300 ? String(body['message']) : '' }
}

/** Creates the object, looks at it, and removes it again. @throws ERR_E2E_UNEXPECTED unless it is created */
export async function expectAdmitted(
  api: KubeClient,
  creation: Creation,
  look: (created: Answer['body']) => void = () => {},
): Promise<void> {
  const answer = await create(api, creation)
  if (answer.status !== 201) throw unexpected(`not admitted: ${answer.status} ${answer.message}`)
  await remove(api, creation)
  look(answer.body)
}

/** Removes an object at once, and what it owns. */
export async function remove(api: KubeClient, { path, body }: Creation): Promise<void> {
  const { name } = (body as { metadata: { name: string } }).metadata
  const options = { gracePeriodSeconds: 0, propagationPolicy: 'Background' }
  await api.call({ method: 'DELETE', path: `${path}/${name}`, body: options })
}

/** A denial: by whom, and in which words. */
export interface Denial {
  readonly policy: string
  readonly message: string
  /** How it has to be registered, where that matters. */
  readonly registration?: Registration
  readonly causes?: readonly { readonly field: string; readonly message: string }[]
}

/** Creates nothing. @throws ERR_E2E_UNEXPECTED unless this policy denies the object with exactly this message */
export async function expectDenied(api: KubeClient, creation: Creation, denial: Denial): Promise<void> {
  const answer = await create(api, creation)
  if (answer.status === 201) {
    await remove(api, creation)
    throw unexpected(`admitted, and ${denial.policy} should have denied it: ${denial.message}`)
  }
  const [, webhook = '', reason = ''] =
    /^admission (?:webhook|policy) "([^"]+)" denied the request: (.*)$/s.exec(answer.message) ?? []
  if (webhook === '') throw unexpected(`no policy denied it: ${answer.status} ${answer.message}`)
  // the name of a shared entry does not say which of its policies it was
  const isShared = webhook !== webhookName(denial.policy)
  const found = isShared ? 'combined' : 'per-policy'
  if (denial.registration !== undefined) expectEqual(`the registration of ${webhook}`, found, denial.registration)
  const prefix = isShared ? `policy ${denial.policy}: ` : ''
  expectEqual(`the denial by ${webhook}`, reason, `${prefix}${denial.message}`)
  if (denial.causes === undefined) return
  const causes = denial.causes.map(({ field, message }) => ({ field, message: `${prefix}${message}` }))
  expectEqual('the causes', readCauses(answer.body), causes)
}

function readCauses({ details }: Answer['body']): unknown {
  return isRecord(details) ? details['causes'] : undefined
}
