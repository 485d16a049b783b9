import { isRecord } from '../../../util/record.ts'
import { nameOf } from '../../our-webhooks.ts'
import type { Check } from '../check.ts'
import { ok, warning } from '../finding.ts'
import { listRegistered } from '../registered.ts'

/** Groups that another server answers for: it runs webhooks that are API objects, knows no egress selector, and reads no files. */
export const aggregatedGroupsCheck: Check = {
  name: 'aggregated-groups',
  async run(context) {
    const { api } = context
    if (api === undefined) return []
    const services = (await api.list('/apis/apiregistration.k8s.io/v1/apiservices')).filter(
      ({ spec }) => isRecord(spec) && isRecord(spec['service']),
    )
    if (services.length === 0) return [ok('none')]
    const wanted = new Set((await listRegistered(context)).flatMap(({ groups }) => groups))
    return services.map((service) => {
      const name = nameOf(service)
      const { group } = isRecord(service['spec']) ? service['spec'] : {}
      if (!wanted.has('*') && !wanted.has(String(group))) return ok(`${name}: no policy asks for this group`)
      return warning(
        `${name} is answered by a server of its own, which cannot reach the shim by its socket`,
        'Register policies for this group by a Service: `gatehouse manifests --service`.',
      )
    })
  },
}
