import t from 'tap'
import { CAPABILITIES } from '../../../evaluator/host/capabilities.ts'
import { describePatternProblem, grantsCapability } from '../../../evaluator/host/capability-patterns.ts'

t.test('a pattern covers what its form says, and nothing else', async (t) => {
  const oci = CAPABILITIES.filter((capability) => capability.startsWith('oci/'))
  const covered: Record<string, readonly string[]> = {
    '*': CAPABILITIES,
    'oci/*': oci,
    'oci/v1/*': oci.filter((capability) => capability.startsWith('oci/v1/')),
    'oci/v2/verify': ['oci/v2/verify'],
    'kubernetes/can_i': ['kubernetes/can_i'],
  }
  for (const [pattern, expected] of Object.entries(covered)) {
    t.equal(describePatternProblem(pattern), undefined)
    const granted = CAPABILITIES.filter((capability) => grantsCapability([pattern], capability))
    t.strictSame(granted, expected, pattern)
  }
})

t.test('no pattern grants nothing; several grant what each of them does', async (t) => {
  t.notOk(grantsCapability([], 'oci/v2/verify'))
  t.ok(grantsCapability(['net/*', 'oci/v2/verify'], 'oci/v2/verify'))
  t.notOk(grantsCapability(['net/*', 'oci/v2/verify'], 'oci/v1/verify'))
})

t.test('a wrong pattern is described with what would be right', async (t) => {
  const namespaces = 'oci, net, crypto, kubernetes'
  const wrong: Record<string, string> = {
    '': 'is empty',
    'oci/*/verify': 'has a * that is not the whole last segment',
    'oci/v*': 'has a * that is not the whole last segment',
    '**': 'has a * that is not the whole last segment',
    '*/v1': 'has a * that is not the whole last segment',
    ocy: `has an unknown segment "ocy"; there are: ${namespaces}`,
    'oci/v3/*': 'has an unknown segment "v3"; there are: v1, v2',
    'oci/v1/verif':
      'has an unknown segment "verif"; there are: verify, manifest_digest, oci_manifest, oci_manifest_config',
    'oci//verify': 'has an unknown segment ""; there are: v1, v2',
    'oci/v1/': 'has an unknown segment ""; there are: verify, manifest_digest, oci_manifest, oci_manifest_config',
    oci: 'names no single capability; write oci/* for all of them',
    'oci/v1': 'names no single capability; write oci/v1/* for all of them',
    'oci/v2/verify/*': 'goes on after the capability oci/v2/verify',
    'oci/v2/verify/more': 'goes on after the capability oci/v2/verify',
  }
  for (const [pattern, problem] of Object.entries(wrong)) t.equal(describePatternProblem(pattern), problem, pattern)
})

t.test('a wrong pattern grants nothing that it might have meant', async (t) => {
  for (const pattern of ['', 'oci', 'oci/v2', 'oci/v*', 'oc*', 'oci/v2/verify/*']) {
    t.notOk(grantsCapability([pattern], 'oci/v2/verify'), pattern)
  }
})
