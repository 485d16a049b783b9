import t from 'tap'
import { parse } from 'yaml'
import { addFlags, removeFlags } from '../../../e2e/kind/manifest-flags.ts'

const MANIFEST = `apiVersion: v1
kind: Pod
metadata:
  annotations:
    kubeadm.kubernetes.io/kube-apiserver.advertise-address.endpoint: 172.18.0.2:6443
spec:
  containers:
  - command:
    - kube-apiserver
    - --advertise-address=172.18.0.2
    - --v=2
    image: registry.k8s.io/kube-apiserver:v1.37.2
`
const FLAGS = ['--egress-selector-config-file=/e.yaml', '--feature-gates=A=true,B=false']

t.test('flags are added to those of kubeadm, and taken out without a trace', async (t) => {
  const changed = addFlags(MANIFEST, FLAGS)
  t.same(parse(changed).spec.containers[0].command, [
    'kube-apiserver',
    ...FLAGS,
    '--advertise-address=172.18.0.2',
    '--v=2',
  ])
  t.equal(removeFlags(changed, FLAGS), MANIFEST)
  t.equal(removeFlags(MANIFEST, []), MANIFEST)
})

t.test('what else has changed meanwhile stays', async (t) => {
  const moved = (text: string) => text.replaceAll('172.18.0.2', '172.18.0.9')
  t.equal(removeFlags(moved(addFlags(MANIFEST, FLAGS)), FLAGS), moved(MANIFEST))
})

t.test('a manifest that kubeadm has not written is refused', async (t) => {
  t.throws(() => addFlags('spec: {}\n', FLAGS), { code: 'ERR_E2E_UNEXPECTED' })
})
