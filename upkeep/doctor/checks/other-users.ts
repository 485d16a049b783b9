import { formatAuthority } from '../../../shim/connect/authority.ts'
import type { Check } from '../check.ts'
import { type Observation, ok, problem, warning } from '../finding.ts'
import { listConfiguredUsers } from '../other-users/configured.ts'
import type { EgressUser } from '../other-users/egress-user.ts'
import { listRegisteredUsers } from '../other-users/registered.ts'

/** Who else takes the socket, since `controlplane` is all or nothing: the shim tunnels those that it was told to. */
export const otherUsersCheck: Check = {
  name: 'other-users',
  async run({ apiServer, api, shim }) {
    if (apiServer?.flags.get('egress-selector-config-file') === undefined) return []
    const users = [
      ...(await listConfiguredUsers(apiServer)),
      ...(api === undefined ? [] : await listRegisteredUsers(api)),
    ]
    if (users.length === 0) return [ok('nobody else takes the socket')]
    return users.map((user) => describe(user, shim?.status.socket?.allowedTargets))
  },
}

function describe({ what, target }: EgressUser, allowed: readonly string[] | undefined): Observation {
  if (target === undefined) return warning(`${what} takes the socket too; where to could not be read`)
  const authority = formatAuthority(target)
  if (allowed?.includes(authority) === true) return ok(`${what} is tunnelled to ${authority}`)
  const wayOut = `Start the shim with --allow-connect ${authority}.`
  if (allowed === undefined) return warning(`${what} takes the socket too, to ${authority}`, wayOut)
  return problem(`${what} takes the socket too, and the shim refuses ${authority}`, wayOut)
}
