import t from 'tap'
import { Flags, parseFlagFile } from '../../../upkeep/doctor/api-server/flags.ts'

t.test('of a flag given twice the last one counts, and gates add up', async (t) => {
  const flags = new Flags([
    '--a=1',
    '--a=2',
    '--feature-gates=X=true,Y=false',
    '--b',
    'two',
    '--c',
    '--feature-gates=kube:Y=true',
  ])
  t.strictSame(
    ['a', 'b', 'c', 'd'].map((name) => flags.get(name)),
    ['2', 'two', 'true', undefined],
  )
  t.strictSame(
    ['X', 'Y', 'Z'].map((name) => flags.gate(name)),
    [true, true, undefined],
  )
})

t.test(
  'flags are found in the manifest of a static Pod, in a unit, in the configuration of k3s, and one a line',
  async (t) => {
    const files = {
      pod: 'spec:\n  containers:\n  - command:\n    - kube-apiserver\n    - --egress-selector-config-file=/e.yaml\n    - --feature-gates=A=true,B=false\n',
      unit: '[Service]\nExecStart=/usr/bin/kube-apiserver --feature-gates=A=true,B=false \\\n  --egress-selector-config-file=/e.yaml\n',
      k3s: 'kube-apiserver-arg:\n- "feature-gates=A=true,B=false"\nkube-apiserver-arg+: "egress-selector-config-file=/e.yaml"\n# --feature-gates=A=false\n',
      k3sFlags:
        'k3s server --kube-apiserver-arg=egress-selector-config-file=/e.yaml --kube-apiserver-arg feature-gates=A=true',
      lines: '# --egress-selector-config-file=/no\n--egress-selector-config-file=/e.yaml\n',
      json: '{"command": ["kube-apiserver", "--egress-selector-config-file=/e.yaml", "--feature-gates=A=true,B=false"]}',
    }
    for (const [name, text] of Object.entries(files)) {
      t.equal(parseFlagFile(text).get('egress-selector-config-file'), '/e.yaml', name)
    }
    for (const name of ['pod', 'unit', 'json', 'k3s', 'k3sFlags'] as const)
      t.equal(parseFlagFile(files[name]).gate('A'), true, name)
    for (const name of ['pod', 'unit', 'json', 'k3s'] as const)
      t.equal(parseFlagFile(files[name]).gate('B'), false, name)
  },
)
