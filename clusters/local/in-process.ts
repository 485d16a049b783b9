import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { wasmPolicyConfiguration, wasmPolicyFlags } from '../../plugin/wasm-policy-configuration.ts'
import { toYaml } from '../../plugin/yaml.ts'
import { ADMISSION_CONFIGURATION, readGiven, toFlag } from './gate.ts'
import type { MemberLayout } from './layout.ts'
import { placePulledModules } from './policies.ts'
import type { ClusterRecord } from './record.ts'

/**
 * The flags of a kube-apiserver with plugin/in-process. Its policies are in an entry of the AdmissionConfiguration, beside what a
 * file of the user's says of other plugins.
 */
export async function inProcessAdditions(
  { layout, state }: ClusterRecord,
  member: MemberLayout,
  given: readonly string[],
) {
  const { wasmPolicies, apiServer } = state
  if (wasmPolicies === undefined) throw new Error('the gate WasmPolicies is off')
  const { policies, defaultExclusions } = wasmPolicies
  const toShim = apiServer === 'in-process-to-shim'
  const configuration = wasmPolicyConfiguration(
    {
      policies,
      modules: toShim ? {} : await placePulledModules(policies, member.modules),
      exclusions: defaultExclusions ? 'default' : 'none',
      // one for all API servers of the cluster: the second finds compiled what the first has compiled
      ...(toShim
        ? { framedSocket: member.framedSocket }
        : { compilationCache: join(layout.folder, 'compiled-modules') }),
    },
    await readGiven(given, ADMISSION_CONFIGURATION),
  )
  await writeFile(member.admissionConfiguration, toYaml([configuration]))
  const kept = given.filter((arg) => !arg.startsWith(`${ADMISSION_CONFIGURATION}=`))
  return { flags: [...wasmPolicyFlags(member.admissionConfiguration), ...kept.map(toFlag)], environment: {} }
}
