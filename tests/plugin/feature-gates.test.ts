import t from 'tap'
import { DEFAULT_FEATURE_GATES, parseFeatureGates } from '../../plugin/feature-gates.ts'

t.test('the gate is off when nobody says', async (t) => {
  t.strictSame(DEFAULT_FEATURE_GATES, { WasmPolicies: false })
  t.strictSame(parseFeatureGates(''), DEFAULT_FEATURE_GATES)
})

t.test("values are spelled as in Kubernetes' own --feature-gates, the last one wins", async (t) => {
  for (const on of ['true', 'True', 'TRUE', 't', '1'])
    t.equal(parseFeatureGates(`WasmPolicies=${on}`).WasmPolicies, true)
  for (const off of ['false', 'False', 'F', '0']) t.equal(parseFeatureGates(`WasmPolicies=${off}`).WasmPolicies, false)
  t.equal(parseFeatureGates(' WasmPolicies = true , WasmPolicies=false').WasmPolicies, false)
})

t.test('an unknown gate is refused with the gates there are', async (t) => {
  for (const text of ['WasmPolicy=true', 'wasmpolicies=true', 'toString=true', '=true']) {
    t.throws(() => parseFeatureGates(text), {
      code: 'ERR_PLUGIN_OPTIONS',
      message: /unknown gate/,
      hint: /WasmPolicies/,
    })
  }
})

t.test('a gate without a proper value is refused with the right spelling', async (t) => {
  for (const text of [
    'WasmPolicies',
    'WasmPolicies=',
    'WasmPolicies=yes',
    'WasmPolicies=true=true',
    'WasmPolicies=tRUE',
  ]) {
    t.throws(() => parseFeatureGates(text), {
      code: 'ERR_PLUGIN_OPTIONS',
      hint: 'Write WasmPolicies=true or WasmPolicies=false.',
    })
  }
})
