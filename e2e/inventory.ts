import { setTimeout as delay } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import type { KubeClient, KubeObject } from '../kube/requests/kube-client.ts'
import { isKubeError } from '../kube/requests/kube-error.ts'
import { mapInParallel } from '../util/map-in-parallel.ts'

interface ApiResource {
  readonly name: string
  readonly verbs: readonly string[]
}

interface ApiGroup {
  readonly preferredVersion: { readonly groupVersion: string }
}

/** What comes and goes by itself: what has happened, what a component says of itself, and who of several leads. */
const RESTLESS = ['events', 'componentstatuses', 'leases']

/** Every object of the API server that lasts, as `apps/v1/deployments default/web`, in order. */
export async function listObjects(api: KubeClient): Promise<string[]> {
  const { groups } = await api.call<{ groups: readonly ApiGroup[] }>({ path: '/apis' })
  const versions = ['/api/v1', ...groups.map(({ preferredVersion }) => `/apis/${preferredVersion.groupVersion}`)]
  const lists = await mapInParallel(versions, 4, (version) => listVersion(api, version))
  return lists.flat().sort()
}

/** The same, once nothing changes any more: an API server that has just started still writes objects of its own. */
export async function listSettledObjects(api: KubeClient): Promise<string[]> {
  for (let before = await listObjects(api); ; ) {
    await delay(1000)
    const now = await listObjects(api)
    if (isDeepStrictEqual(now, before)) return now
    before = now
  }
}

async function listVersion(api: KubeClient, version: string): Promise<string[]> {
  const { resources } = await api.call<{ resources: readonly ApiResource[] }>({ path: version })
  const listed = resources.filter(
    ({ name, verbs }) => verbs.includes('list') && !name.includes('/') && !RESTLESS.includes(name),
  )
  const lists = await mapInParallel(listed, 4, ({ name }) => listResource(api, version, name))
  return lists.flat()
}

async function listResource(api: KubeClient, version: string, resource: string): Promise<string[]> {
  const { items } = await api
    .call<{ items: readonly KubeObject[] }>({ path: `${version}/${resource}` })
    .catch((error: unknown) => {
      // its server is not there
      if (isKubeError(error, 404, 503)) return { items: [] }
      throw error
    })
  const kind = `${version.replace(/^\/apis?\//, '')}/${resource}`
  return items.map(
    ({ metadata: { namespace, name } }) => `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`,
  )
}

/** What is in one list and not in the other, a line each. */
export function describeChanges(before: readonly string[], after: readonly string[]): string[] {
  return [
    ...before.filter((line) => !after.includes(line)).map((line) => `gone: ${line}`),
    ...after.filter((line) => !before.includes(line)).map((line) => `left: ${line}`),
  ]
}
