import t from 'tap'
import { KUBERNETES_PATCHES, NODE_KUBERNETES_VERSION } from '../../../../clusters/binaries/versions.ts'
import { isOwnNodeImage } from '../../../../clusters/kind/node-image/ensure-node-image.ts'
import { KINDEST_NODES } from '../../../../clusters/kind/node-image/kindest.ts'
import { nodeImageName } from '../../../../clusters/kind/node-image/recipe.ts'

const PATCH = KUBERNETES_PATCHES[NODE_KUBERNETES_VERSION]

t.test('the same recipe has the same name, another version or processor another one', async (t) => {
  const name = await nodeImageName(PATCH, 'amd64')
  t.match(name, new RegExp(`^localhost/gatehouse-node:${PATCH}-[0-9a-f]{12}$`))
  t.equal(await nodeImageName(PATCH, 'amd64'), name)
  t.not(await nodeImageName(PATCH, 'arm64'), name)
  t.not(await nodeImageName('v1.37.1', 'amd64'), name)
})

t.test("an image of ours is told from kind's own, which is named by digest", async (t) => {
  t.ok(isOwnNodeImage(await nodeImageName(PATCH, 'amd64')))
  for (const [minor, image] of Object.entries(KINDEST_NODES)) {
    t.match(image, new RegExp(`^kindest/node:v${minor}\\.\\d+@sha256:[0-9a-f]{64}$`))
    t.notOk(isOwnNodeImage(image))
  }
})
