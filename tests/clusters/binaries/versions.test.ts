import t from 'tap'
import { parseKubernetesVersion, satisfiesVersion } from '../../../clusters/binaries/versions.ts'

t.test('a minor version means its pinned patch, and any patch of it in a folder of binaries', async (t) => {
  const version = parseKubernetesVersion('1.36')
  t.same(version, { minor: '1.36', patch: 'v1.36.3', isExact: false })
  t.ok(satisfiesVersion('v1.36.0', version))
  t.notOk(satisfiesVersion('v1.37.2', version))
  t.notOk(satisfiesVersion('v1.360.1', version))
})

t.test('a patch means that very patch', async (t) => {
  for (const text of ['1.37.1', 'v1.37.1']) {
    const version = parseKubernetesVersion(text)
    t.same(version, { minor: '1.37', patch: 'v1.37.1', isExact: true })
    t.ok(satisfiesVersion('v1.37.1', version))
    t.notOk(satisfiesVersion('v1.37.2', version))
  }
})

t.test('other versions are refused with the ones that there are', async (t) => {
  for (const text of ['1.20', '2.0', '1.37.2-rc.1', '1.37.', '', 'latest', '1.37.2/..', 'toString']) {
    t.throws(() => parseKubernetesVersion(text), {
      code: 'ERR_CLUSTER_OPTIONS',
      message: `Kubernetes version '${text}' is not one that clusters run`,
      hint: /1\.37, 1\.36, 1\.35/,
    })
  }
})
