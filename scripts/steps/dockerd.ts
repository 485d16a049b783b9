import { parseArgs } from 'node:util'
import { formatError } from '../../cli/format-error.ts'
import { isContinuousIntegration } from '../../containers/config.ts'
import { HOW_TO_INSTALL, installDockerd } from '../../containers/dockerd/install.ts'
import { missingPrograms, startDockerd } from '../../containers/dockerd/start.ts'
import { stopDockerd } from '../../containers/dockerd/stop.ts'
import { type ContainerEngine, findContainerEngine } from '../../containers/engine.ts'
import { isGatehouseError } from '../../util/errors.ts'
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
  const running = await findRunning()
  if (running !== undefined) return `${running.name} answers already`
  const missing = await missingPrograms()
  if (missing.length > 0 && !flags.install && !isContinuousIntegration()) {
    process.exitCode = 3
    return `no container engine, and ${missing.join(', ')} is not installed.\n${HOW_TO_INSTALL}, or scripts/dockerd --install`
  }
  await installDockerd(steps)
  await startDockerd(steps)
  return `${(await findContainerEngine()).name} answers`
}

async function findRunning(): Promise<ContainerEngine | undefined> {
  try {
    return await findContainerEngine()
  } catch (error) {
    if (isGatehouseError(error, 'ERR_CONTAINER_ENGINE')) return undefined
    throw error
  }
}
