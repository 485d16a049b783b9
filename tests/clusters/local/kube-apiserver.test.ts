import t from 'tap'
import { kubeApiServerProcess } from '../../../clusters/local/kube-apiserver.ts'
import { clusterLayout } from '../../../clusters/local/layout.ts'

const layout = clusterLayout('a', '/state', '/run')
const pki = '/state/clusters/a/pki'
const OPTIONS = {
  number: 2,
  command: '/bin/kube-apiserver',
  port: 20001,
  flags: [],
  environment: {},
  credentials: { ca: '', cert: '', key: '' },
}

t.test('a stock API server has these flags and no environment', async (t) => {
  const { name, args, environment } = kubeApiServerProcess(layout, OPTIONS)
  t.equal(name, 'kube-apiserver-2')
  t.same(environment, {})
  t.same(args, [
    '--etcd-servers=unix:///run/a/etcd.sock',
    '--bind-address=127.0.0.1',
    '--secure-port=20001',
    '--advertise-address=127.0.0.1',
    '--endpoint-reconciler-type=none',
    `--tls-cert-file=${pki}/kube-apiserver.crt`,
    `--tls-private-key-file=${pki}/kube-apiserver.key`,
    `--client-ca-file=${pki}/ca.crt`,
    '--authorization-mode=RBAC',
    '--service-account-issuer=https://kubernetes.default.svc.cluster.local',
    `--service-account-key-file=${pki}/service-account.pub`,
    `--service-account-signing-key-file=${pki}/service-account.key`,
    '--service-cluster-ip-range=10.96.0.0/16',
    '--disable-admission-plugins=ServiceAccount',
    '--allow-privileged=true',
  ])
})

t.test("the user's flags come last, since of a flag given twice the last one counts", async (t) => {
  const { args } = kubeApiServerProcess(layout, { ...OPTIONS, flags: ['--v=4', '--allow-privileged=false'] })
  t.same(args.slice(-2), ['--v=4', '--allow-privileged=false'])
})
