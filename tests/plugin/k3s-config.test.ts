import t from 'tap'
import { k3sConfig } from '../../plugin/k3s-config.ts'
import { toYaml } from '../../plugin/yaml.ts'
import { parseFlagFile } from '../../upkeep/doctor/api-server/flags.ts'

const FLAGS = ['--egress-selector-config-file=/e.yaml', '--feature-gates=A=true', 'feature-gates=B=false']

t.test("flags go to k3s's API server, in their order, and an egress selector takes the place of k3s's", async (t) => {
  t.equal(
    toYaml([k3sConfig({ flags: FLAGS })]),
    `egress-selector-mode: disabled
kube-apiserver-arg:
  - egress-selector-config-file=/e.yaml
  - feature-gates=A=true
  - feature-gates=B=false
`,
  )
})

t.test('without an egress selector k3s keeps its own, and without flags it is told nothing', async (t) => {
  t.strictSame(k3sConfig({ flags: ['v=4'] }), { 'kube-apiserver-arg': ['v=4'] })
  t.strictSame(k3sConfig({ flags: [] }), {})
})

t.test('the doctor reads the flags in it', async (t) => {
  const flags = parseFlagFile(toYaml([k3sConfig({ flags: FLAGS })]))
  t.equal(flags.get('egress-selector-config-file'), '/e.yaml')
  t.equal(flags.gate('B'), false)
})
