import type { Test } from 'tap'
import type { ContainerEngine } from '../../containers/engine.ts'
import { buildShimImage } from '../../image/build-shim-image.ts'

/** The shim's image in an engine under a name of the test's own, which goes with it; returns the name. */
export async function loadShimImage(t: Test, engine: ContainerEngine): Promise<string> {
  const { archive, tag } = await buildShimImage()
  const own = `gatehouse-test:${process.pid}`
  const isThere = await engine.succeeds(['image', 'inspect', tag])
  if (!isThere) await engine.run(['load', '--input', archive])
  await engine.run(['tag', tag, own])
  t.teardown(() => engine.run(['image', 'rm', '--force', own]))
  // somebody else may have loaded it meanwhile, and does without, or loads it again
  if (!isThere) await engine.succeeds(['image', 'rm', tag])
  return own
}
