import { throwProblems } from '../../util/problems.ts'
import { parsePolicies } from './parse-policies.ts'
import { readPolicyFiles } from './policy-files.ts'
import type { PolicySpec } from './policy-spec.ts'

/**
 * Reads the policies of a file, or of the `.yaml`, `.yml` and `.json` files of a folder.
 * @throws ERR_FILE_READ, or ERR_POLICIES_INVALID with every problem of every file
 */
export async function loadPolicySpecs(path: string): Promise<PolicySpec[]> {
  const { policies, problems } = await parsePolicies(path, await readPolicyFiles(path))
  throwProblems('ERR_POLICIES_INVALID', problems)
  return policies.map(({ spec }) => spec)
}
