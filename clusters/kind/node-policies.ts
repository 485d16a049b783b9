import { stat } from 'node:fs/promises'
import { basename, dirname, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isFile } from '../../shim/modules/read-module-files.ts'
import { loadPolicySpecs } from '../../shim/policies/load-policy-specs.ts'
import { guestsOf } from '../../shim/policies/policy-spec.ts'
import { type Problem, throwProblems } from '../../util/problems.ts'

/** What a node mounts so that a shim on it reads the policies, and what they are called below that. */
export interface NodePolicies {
  readonly folder: string
  /** Absent where the policies are the folder itself. */
  readonly file?: string
}

/** The folder of the policies; a shim on the node sees nothing else, so every module that is a file has to lie in it. */
export async function findNodePolicies(policies: string): Promise<NodePolicies> {
  const isFolder = (await stat(policies)).isDirectory()
  const folder = isFolder ? policies : dirname(policies)
  const problems: Problem[] = []
  for (const spec of await loadPolicySpecs(policies)) {
    for (const { module } of guestsOf(spec).filter(({ module }) => isFile(module))) {
      const path = fileURLToPath(module)
      if (!relative(folder, path).startsWith(`..${sep}`)) continue
      problems.push({
        file: policies,
        field: spec.id,
        message: `its module ${path} is outside of ${folder}, which is all that a shim on a node sees`,
      })
    }
  }
  throwProblems('ERR_CLUSTER_OPTIONS', problems, 'Move the modules below that folder, or use --shim host.')
  return isFolder ? { folder } : { folder, file: basename(policies) }
}
