import { GatehouseError } from '../../util/errors.ts'
import { toOneLine } from '../../util/one-line.ts'
import type { PreparedPolicy } from '../evaluation/ask-policy.ts'

const DENIED = `Policy requires access to Kubernetes resources at evaluation time. During this execution the access to Kubernetes resources is denied. This can cause the policy to not behave properly`

/** Says that a policy will not see what it wants to see of a cluster. @throws ERR_UNSUPPORTED when it was to see it */
export function checkContextAccess(
  { contextAwareResources, id }: PreparedPolicy,
  isAllowed: boolean,
  warn: (line: string) => void,
): void {
  if (contextAwareResources.length === 0) return
  const wanted = contextAwareResources.map(({ apiVersion, kind }) => `${apiVersion}/${kind}`).join(', ')
  if (isAllowed)
    throw new GatehouseError(
      'ERR_UNSUPPORTED',
      `--allow-context-aware cannot be used: policy ${id} wants to see ${wanted}, and policies cannot ask for Kubernetes resources yet`,
    )
  warn(`WARN ${toOneLine(`${DENIED}: ${wanted}`)}\n`)
}
