import { join } from 'node:path'
import type { Test } from 'tap'
import { loadPolicySpecs } from '../../shim/policies/load-policy-specs.ts'
import { isGatehouseError } from '../../util/errors.ts'

/** Loads a policies file and gives what is wrong with it, one line each, without the folder. */
export async function problemsOf(t: Test, text: string, name = 'policies.yml'): Promise<string[]> {
  const folder = t.testdir({ [name]: text })
  try {
    await loadPolicySpecs(join(folder, name))
    return []
  } catch (error) {
    if (!isGatehouseError(error, 'ERR_POLICIES_INVALID')) throw error
    const lines = error.message.replaceAll(`${folder}/`, '').split('\n')
    return lines.length === 1 ? lines : lines.slice(1).map((line) => line.trim())
  }
}
