import { loadAccess } from '../../artifacts/load-access.ts'
import { type PushedModule, pushModule } from '../../artifacts/push-module.ts'
import { parseReference } from '../../artifacts/reference.ts'
import { readMetadata } from '../../evaluator/module/metadata-section.ts'
import { isRego } from '../../evaluator/module/servable.ts'
import type { ModuleAccess } from '../../shim/modules/read-pulled-module.ts'
import { readModule } from '../../shim/policies/module-source.ts'
import { GatehouseError } from '../../util/errors.ts'
import { resolveTypedModule } from '../typed-module.ts'
import { compileModule } from './compile-module.ts'

export interface PushPolicyOptions {
  readonly access: ModuleAccess
  /** Also without metadata. */
  readonly force: boolean
  readonly warn: (warning: string) => void
}

/** Pushes a module, wherever it is now, to a registry. @throws ERR_MODULE_METADATA, ERR_ARTIFACT_* and others */
export async function pushPolicy(
  policy: string,
  target: string,
  { access, force, warn }: PushPolicyOptions,
): Promise<PushedModule> {
  const reference = parseReference(target)
  const bytes = await readModule({ id: policy, module: resolveTypedModule(policy) }, access)
  const metadata = await readMetadata(bytes, policy)
  if (metadata === undefined) await checkUnannotated(policy, bytes, force)
  if (metadata === undefined) warn('Warning: pushing a non-annotated policy!')
  return await pushModule(reference, bytes, { ...(await loadAccess(access)), annotations: metadata?.annotations })
}

// Which of the two kinds of Rego policies it is, nobody could tell again.
async function checkUnannotated(policy: string, bytes: Uint8Array, force: boolean): Promise<void> {
  if (!force)
    throw new GatehouseError(
      'ERR_MODULE_METADATA',
      'Cannot push a policy that is not annotated. Use `annotate` command or `push --force`',
    )
  if (isRego(await compileModule(policy, bytes)))
    throw new GatehouseError('ERR_MODULE_METADATA', 'Rego policies cannot be pushed without metadata')
}
