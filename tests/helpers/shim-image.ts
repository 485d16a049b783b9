import type { Test } from 'tap'
import type { ContainerEngine } from '../../containers/engine.ts'
import { buildShimImage, type ShimImageOptions } from '../../image/build-shim-image.ts'

/** The shim's image in an engine under a name of the test's own, which goes with it; returns the name. */
export async function loadShimImage(t: Test, engine: ContainerEngine, options: ShimImageOptions = {}): Promise<string> {
  const { archive, tag } = await buildShimImage({ tag: `gatehouse-test:${process.pid}`, ...options })
  await engine.run(['load', '--input', archive])
  t.teardown(() => engine.run(['image', 'rm', '--force', tag]))
  return tag
}
