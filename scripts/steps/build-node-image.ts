import { parseArgs } from 'node:util'
import { formatError } from '../../cli/format-error.ts'
import { NODE_KUBERNETES_VERSION } from '../../clusters/binaries/versions.ts'
import { ensureNodeImage } from '../../clusters/kind/node-image/ensure-node-image.ts'
import { findContainerEngine } from '../../containers/engine.ts'
import { createSteps } from '../../util/steps.ts'

const { values: flags } = parseArgs({
  options: {
    force: { type: 'boolean', default: false },
    'kubernetes-version': { type: 'string', default: NODE_KUBERNETES_VERSION },
  },
})
const steps = createSteps({
  isTerminal: process.stderr.isTTY === true,
  write: (text) => void process.stderr.write(text),
})
try {
  const options = { isForced: flags.force, isOwn: true }
  const image = await ensureNodeImage(flags['kubernetes-version'], steps, options)
  const engine = await findContainerEngine()
  const size = await engine.run(['image', 'inspect', '--format', '{{.Size}}', image])
  console.error(`${(Number(size) / 1e6).toFixed(0)} MB in ${engine.name}; kind create cluster --image ${image}`)
  console.log(image)
} catch (error) {
  console.error(formatError(error))
  process.exitCode = 3
}
