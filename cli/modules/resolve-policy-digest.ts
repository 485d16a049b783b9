import { loadAccess } from '../../artifacts/load-access.ts'
import { parseReference } from '../../artifacts/reference.ts'
import { resolveDigest } from '../../artifacts/resolve-digest.ts'
import type { ModuleAccess } from '../../shim/modules/read-pulled-module.ts'

/** The reference as it was typed, with the digest of the manifest that it stands for now. */
export async function resolvePolicyDigest(text: string, access: ModuleAccess): Promise<string> {
  return `${text}@${await resolveDigest(parseReference(text), await loadAccess(access))}`
}
