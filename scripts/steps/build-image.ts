import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { formatError } from '../../cli/format-error.ts'
import { ARCHITECTURES } from '../../image/architecture.ts'
import { buildShimImage, layOutImage } from '../../image/build-shim-image.ts'
import { renderLayout } from '../../image/list-files.ts'
import { writeImageFiles } from '../../image/write-files.ts'
import { GatehouseError } from '../../util/errors.ts'
import { createSteps } from '../../util/steps.ts'

try {
  console.log(await run())
} catch (error) {
  console.error(formatError(error))
  process.exitCode = 3
}

async function run(): Promise<string> {
  const { architecture, tag, list, into } = readFlags()
  const steps = createSteps({ isTerminal: process.stderr.isTTY, write: (text) => void process.stderr.write(text) })
  const options = { steps, architecture, ...(tag !== undefined && { tag }) }
  if (list) return renderLayout(await layOutImage(options))
  if (into !== undefined) {
    await writeImageFiles(resolve(into), (await layOutImage(options)).files)
    return resolve(into)
  }
  const image = await buildShimImage(options)
  return `${image.tag}\n${image.digest}\n${(image.bytes / 1e6).toFixed(1)} MB in ${image.archive}`
}

function readFlags() {
  const { values } = parseArgs({
    options: {
      architecture: { type: 'string', default: process.arch === 'arm64' ? 'arm64' : 'amd64' },
      tag: { type: 'string' },
      list: { type: 'boolean', default: false },
      into: { type: 'string' },
    },
  })
  const architecture = ARCHITECTURES.find((name) => name === values.architecture)
  if (architecture !== undefined) return { ...values, architecture }
  throw new GatehouseError(
    'ERR_CLI_USAGE',
    `--architecture: '${values.architecture}' is none of ${ARCHITECTURES.join(', ')}`,
  )
}
