import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Test } from 'tap'
import { parse, stringify } from 'yaml'
import { accessObjects, type Duties } from '../../plugin/install/access.ts'
import type { Api } from './api.ts'
import { makeShortFolder } from './short-folder.ts'

interface Access {
  readonly kind: string
  readonly metadata: { readonly namespace?: string }
}

/**
 * Creates the service account that `gatehouse install` prints, with its rights and no others, in a namespace that is there; returns
 * a kubeconfig by which a process is to the API server what a pod would be.
 */
export async function createPodKubeconfig(
  t: Test,
  { api, kubeconfig }: { readonly api: Api; readonly kubeconfig: string },
  namespace: string,
  duties: Duties,
): Promise<string> {
  for (const object of accessObjects(namespace, duties) as Access[]) {
    const group = object.kind === 'ServiceAccount' ? '/api/v1' : '/apis/rbac.authorization.k8s.io/v1'
    const { namespace: place } = object.metadata
    const within = place === undefined ? '' : `/namespaces/${place}`
    await api.must('POST', `${group}${within}/${object.kind.toLowerCase()}s`, object)
  }
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts/gatehouse/token`
  const { status } = await api.must<{ status: { token: string } }>('POST', path, { spec: {} })
  const admin = parse(readFileSync(kubeconfig, 'utf8')) as { users: { name: string; user: object }[] }
  const users = admin.users.map(({ name }) => ({ name, user: { token: status.token } }))
  const file = join(makeShortFolder(t), 'kubeconfig')
  writeFileSync(file, stringify({ ...admin, users }))
  return file
}
