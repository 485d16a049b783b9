import { isAtLeast } from '../../../plugin/kubernetes-version.ts'
import { readManifestFolders } from '../api-server/config-files.ts'
import type { Check } from '../check.ts'
import type { DoctorContext } from '../context.ts'
import { type Observation, ok, problem, warning } from '../finding.ts'

const GATE = 'ManifestBasedAdmissionControlConfig'
const WRITE = 'Write it with `gatehouse manifests`, give kube-apiserver the flag, and restart it.'

/** Whether the API server is started with what sends it to the shim, and its version takes what it is given. */
export const flagsCheck: Check = {
  name: 'flags',
  async run(context) {
    const { apiServer } = context
    if (apiServer === undefined) return []
    const egress = apiServer.flags.get('egress-selector-config-file')
    const admission = apiServer.flags.get('admission-control-config-file')
    const folders = await readManifestFolders(apiServer).catch(() => undefined)
    const hasManifests = folders !== undefined && Object.keys(folders).length > 0
    return [
      egress === undefined ? describeNoEgress(context) : ok(`--egress-selector-config-file=${egress}`),
      ...(admission === undefined ? [describeAbsence(context)] : [ok(`--admission-control-config-file=${admission}`)]),
      ...(hasManifests ? describeVersion(context) : []),
    ]
  },
}

function describeNoEgress({ shim }: DoctorContext): Observation {
  const hasSocket = shim === undefined || shim.status.socket !== undefined
  if (!hasSocket) return ok('no --egress-selector-config-file: the shim is reached by a Service')
  return problem('--egress-selector-config-file is not given: no webhook goes through the socket', WRITE)
}

function describeAbsence({ kubernetesVersion }: DoctorContext): Observation {
  const knowsManifests = kubernetesVersion !== undefined && isAtLeast(kubernetesVersion, 37)
  if (!knowsManifests) return ok('no --admission-control-config-file: policies are API objects')
  return warning(
    'no --admission-control-config-file: policies are API objects, which a cluster admin can delete',
    'This version takes static manifests: see docs/api-server.md.',
  )
}

function describeVersion({ kubernetesVersion, apiServer }: DoctorContext): Observation[] {
  const gate = apiServer?.flags.gate(GATE)
  const takeOut = 'Take --admission-control-config-file out, or `gatehouse uninstall --manifests FOLDER`.'
  if (kubernetesVersion === undefined) return []
  if (!isAtLeast(kubernetesVersion, 36))
    return [problem(`Kubernetes ${kubernetesVersion} knows no staticManifestsDir, and does not start with it`, takeOut)]
  const isOn = gate ?? isAtLeast(kubernetesVersion, 37)
  if (!isOn)
    return [
      problem(
        `the gate ${GATE} is off: it does not start with staticManifestsDir`,
        `Add --feature-gates=${GATE}=true.`,
      ),
    ]
  return [ok(`Kubernetes ${kubernetesVersion} takes static manifests`)]
}
