import { ExecaError } from 'execa'
import { GatehouseError, messageOf } from '../util/errors.ts'

/** What could not be done for the image, with the end of what the program said that failed. */
export function explainImageBuild(what: string, error: unknown): GatehouseError {
  return new GatehouseError('ERR_IMAGE_BUILD', `${what}: ${describe(error)}`, {
    cause: error,
    hint: 'The image is laid out with apt-get, dpkg-deb and npm; elsewhere: docker build -f image/Dockerfile .',
  })
}

function describe(error: unknown): string {
  if (!(error instanceof ExecaError)) return messageOf(error)
  const lines = `${error.stdout ?? ''}\n${error.stderr ?? ''}`.trim().split('\n').slice(-5)
  return [error.shortMessage, ...lines.map((line) => `      ${line}`)].join('\n')
}
