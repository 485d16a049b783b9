import type { SelectorsBy } from '../../plugin/registration/registration-plan.ts'
import { readPolicySources } from '../../shim/policies/policies-snapshot.ts'
import { describeSources } from '../../shim/registration/set-digest.ts'

/** The path of a webhook entry for the policies at a path, as the API server would be told. */
export async function entryPath(
  policies: string,
  entry = 'validate-1',
  selectors: SelectorsBy = 'api-server',
): Promise<string> {
  const { digest } = describeSources(await readPolicySources(policies), selectors)
  return `/combined/${digest}/${entry}`
}
