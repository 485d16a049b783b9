import type { Check } from '../check.ts'
import type { DoctorContext, SeenShim } from '../context.ts'
import { type Observation, ok, problem, warning } from '../finding.ts'
import { listOurObjects, listRegistered, type RegisteredWebhook } from '../registered.ts'

/** Whether what the API server asks for is what the shim has. */
export const registrationCheck: Check = {
  name: 'registration',
  async run(context) {
    const { apiServer, api, shim } = context
    if (apiServer === undefined && api === undefined) return []
    const webhooks = await listRegistered(context)
    if (webhooks.length === 0) return [await describeNone(context)]
    const unknown = shim === undefined ? [] : webhooks.flatMap((webhook) => describeUnknown(webhook, shim))
    const seen = [...unknown, ...describeOld(webhooks, shim), ...describeTwice(webhooks)]
    if (seen.length > 0) return seen
    return [ok(`webhooks: ${webhooks.length}${shim === undefined ? '' : ', and the shim has what each asks for'}`)]
  },
}

async function describeNone({ api }: DoctorContext): Promise<Observation> {
  const byService = api === undefined ? 0 : (await listOurObjects(api)).flatMap(({ webhooks }) => webhooks).length
  if (byService > 0) return ok(`webhooks by a Service: ${byService}`)
  const where =
    api === undefined ? 'in static manifests, and the API was not asked' : 'in static manifests or in the API'
  return problem(
    `no webhook of ours is registered ${where}: no policy is asked`,
    'Register them: `gatehouse manifests`.',
  )
}

function describeUnknown({ url, name, place }: RegisteredWebhook, shim: SeenShim): Observation[] {
  const what = describeUnknownPath(url.pathname, shim)
  return what === undefined ? [] : [problem(`${place}: ${name} asks for ${what}`, WAY_OUT)]
}

const WAY_OUT = 'Give the shim the same policies as `gatehouse manifests`, or register those that it has.'

// https://<host>/validate/<id>, https://<host>/combined/<digest>/<entry>
function describeUnknownPath(path: string, { policies, status }: SeenShim): string | undefined {
  const { answered, entries, digest: current } = status.registration
  const [, id] = /^\/validate\/([^/]+)$/.exec(path) ?? []
  if (id !== undefined) {
    const isKnown = policies.some((policy) => policy.id === decodeURIComponent(id))
    return isKnown ? undefined : `the policy ${decodeURIComponent(id)}, which the shim does not have: it answers 404`
  }
  const [, digest, entry] = /^\/combined\/([^/]+)\/([^/]+)$/.exec(path) ?? []
  if (digest === undefined) return `${path}, where the shim answers 404`
  if (!answered.includes(digest)) return `the policy set ${digest}, and the shim has ${current}: it answers 503`
  const isEntry = digest !== current || entries.some(({ name }) => name === entry)
  return isEntry ? undefined : `the entry ${entry}, which the set ${digest} does not have: it answers 503`
}

// It is answered for as long as it is asked for, and then by the policies of then.
function describeOld(webhooks: readonly RegisteredWebhook[], shim: SeenShim | undefined): Observation[] {
  const { digest, answered = [] } = shim?.status.registration ?? {}
  const asked = new Set(webhooks.map(({ url }) => /^\/combined\/([^/]+)\//.exec(url.pathname)?.[1] ?? digest))
  const old = [...asked].filter((set) => set !== undefined && set !== digest && answered.includes(set))
  return old.map((set) =>
    warning(
      `the policy set ${set} is registered, and ${digest} is in force in the shim`,
      'Register it: `gatehouse manifests`.',
    ),
  )
}

function describeTwice(webhooks: readonly RegisteredWebhook[]): Observation[] {
  const isFile = ({ place }: RegisteredWebhook) => place.startsWith('/')
  const objects = new Set(webhooks.filter((webhook) => !isFile(webhook)).map(({ place }) => place))
  if (objects.size === 0 || !webhooks.some(isFile)) return []
  return [
    warning(`policies are asked twice: by static manifests and by ${[...objects].join(', ')}`, 'Delete the objects.'),
  ]
}
