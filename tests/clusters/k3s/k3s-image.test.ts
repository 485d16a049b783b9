import t from 'tap'
import { KUBERNETES_PATCHES } from '../../../clusters/binaries/versions.ts'
import { chooseK3sImage } from '../../../clusters/k3s/k3s-image.ts'

t.test('every minor version has a release of k3s, by its exact tag', async (t) => {
  for (const minor of Object.keys(KUBERNETES_PATCHES)) {
    const { image, kubernetesVersion } = chooseK3sImage(minor)
    t.match(kubernetesVersion, new RegExp(`^v${minor}\\.\\d+\\+k3s\\d+$`))
    t.equal(image, `rancher/k3s:${kubernetesVersion.replace('+', '-')}`)
  }
})

t.test('a patch that is named is the first release of k3s with it', async (t) => {
  t.strictSame(chooseK3sImage('1.36.4'), { image: 'rancher/k3s:v1.36.4-k3s1', kubernetesVersion: 'v1.36.4+k3s1' })
})

t.test('an image that is named is taken as it is, of the version that was asked for', async (t) => {
  const image = 'registry.example/k3s@sha256:0000'
  t.strictSame(chooseK3sImage('v1.36.4', image), { image, kubernetesVersion: 'v1.36.4' })
})
