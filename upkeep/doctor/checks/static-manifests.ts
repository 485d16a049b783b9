import { isOurs, nameOf } from '../../our-webhooks.ts'
import type { Check } from '../check.ts'
import { type Observation, ok, problem } from '../finding.ts'
import { readStaticManifests, type StaticManifest } from '../static-manifests.ts'

const ENDING = '.static.k8s.io'

/** Whether the API server could start with the files that it reads now: while it runs, a broken one only keeps the old set. */
export const staticManifestsCheck: Check = {
  name: 'static-manifests',
  async run({ apiServer }) {
    const manifests = apiServer === undefined ? [] : await readStaticManifests(apiServer)
    return manifests.flatMap(describe)
  },
}

function describe({ path, plugin, objects }: StaticManifest): Observation[] {
  const repair = 'Repair or remove it: the API server keeps its old set, and its next start fails.'
  if (objects instanceof Error) return [problem(`${path} cannot be read: ${objects.message}`, repair)]
  const kind = plugin.replace('AdmissionWebhook', 'WebhookConfiguration')
  const problems = objects.flatMap((object) => {
    const name = nameOf(object)
    if (object['kind'] !== kind) return [problem(`${path} holds a ${object['kind']}, and must hold a ${kind}`, repair)]
    return name.endsWith(ENDING) ? [] : [problem(`${path}: the name ${name} does not end in ${ENDING}`, repair)]
  })
  if (problems.length > 0) return problems
  return [ok(objects.some((object) => isOurs(object)) ? path : `${path}, which is somebody else's`)]
}
