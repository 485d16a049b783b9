import type { Check } from '../check.ts'
import { ok, warning } from '../finding.ts'

/** Which API server this is about. */
export const apiServerCheck: Check = {
  name: 'api-server',
  async run({ search, kubernetesVersion }) {
    if (search.apiServer.level === 'problem') return [search.apiServer]
    const version =
      kubernetesVersion === undefined ? [warning('its version is not known')] : [ok(`Kubernetes ${kubernetesVersion}`)]
    return [search.apiServer, ...version]
  },
}
