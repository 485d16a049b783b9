import { isLeftOut } from '../../../plugin/exclusions.ts'
import { isRecord } from '../../../util/record.ts'
import { nameOf } from '../../our-webhooks.ts'
import type { Check } from '../check.ts'
import { ok, warning } from '../finding.ts'
import { listRegistered, type RegisteredWebhook } from '../registered.ts'

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
    const entries = await listRegistered(context)
    return services.map((service) => {
      const name = nameOf(service)
      const { group } = isRecord(service['spec']) ? service['spec'] : {}
      if (!entries.some((entry) => asksFor(entry, String(group)))) return ok(`${name}: no policy asks for this group`)
      return warning(
        `${name} is answered by a server of its own, which cannot reach the shim by its socket`,
        'Wildcards leave its group out when the webhooks are registered anew; register policies that name it by a Service.',
      )
    })
  },
}

function asksFor({ groups, matchConditions }: RegisteredWebhook, group: string): boolean {
  return groups.includes(group) || (groups.includes('*') && !isLeftOut(matchConditions, group))
}
