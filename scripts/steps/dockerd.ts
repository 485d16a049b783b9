import { parseArgs } from 'node:util'
import { formatError } from '../../cli/format-error.ts'
import { isContinuousIntegration } from '../../containers/config.ts'
import { stopDockerd } from '../../containers/dockerd/stop.ts'
import { provideContainerEngine } from '../../containers/provide-engine.ts'
import { createSteps } from '../../util/steps.ts'

const { values: flags } = parseArgs({
  options: { install: { type: 'boolean', default: false }, stop: { type: 'boolean', default: false } },
})
const steps = createSteps({
  isTerminal: process.stderr.isTTY === true,
  write: (text) => void process.stderr.write(text),
})
try {
  console.log(flags.stop ? await stop() : await start())
} catch (error) {
  console.error(formatError(error))
  process.exitCode = 3
}

async function stop(): Promise<string> {
  return (await stopDockerd()) ? 'the daemon that was started is stopped' : 'no daemon runs that was started here'
}

async function start(): Promise<string> {
  const provided = await provideContainerEngine(steps, { mayInstall: flags.install || isContinuousIntegration() })
  if ('engine' in provided) return `${provided.engine.name} answers${provided.wasRunning ? ' already' : ''}`
  process.exitCode = 3
  return `${provided.missing}.\n${provided.hint}; or scripts/dockerd --install`
}
