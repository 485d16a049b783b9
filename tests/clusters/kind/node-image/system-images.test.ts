import { join } from 'node:path'
import t from 'tap'
import { findImageName, listImageNames, programOfImage } from '../../../../clusters/kind/node-image/system-images.ts'
import { writeProgram } from '../../../helpers/fake-program.ts'

const NAMES = [
  'registry.k8s.io/kube-proxy:v1.37.2',
  'registry.k8s.io/coredns/coredns:v1.14.6',
  'registry.k8s.io/etcd:3.7.0-0',
]

t.test('images are named as kubeadm names them', async (t) => {
  const kubeadm = join(t.testdir(), 'kubeadm')
  await writeProgram(kubeadm, `echo "x/$4" >&2; printf '%s\\n' ${NAMES.join(' ')}`)
  t.same(await listImageNames(kubeadm, 'v1.37.2'), NAMES)
  t.same(NAMES.map(programOfImage), ['kube-proxy', 'coredns', 'etcd'])
  t.equal(findImageName(NAMES, 'coredns'), NAMES[1])
})

t.test('an image that kubeadm does not name is told by name', async (t) => {
  t.throws(() => findImageName(NAMES, 'pause'), { code: 'ERR_NODE_IMAGE', message: /no image of pause, only registry/ })
})
