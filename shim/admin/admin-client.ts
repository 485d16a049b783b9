import { request as httpRequest, type IncomingMessage } from 'node:http'
import { ERROR_CODES, type ErrorCode } from '../../util/error-codes.ts'
import { GatehouseError, messageOf } from '../../util/errors.ts'
import type { AdminError, AdminRoute, AdminRoutes } from './admin-api.ts'

const TIMEOUT_MS = 10_000

/** Asks the shim behind an admin socket. @throws ERR_ADMIN_UNREACHABLE, or what the shim says */
export async function askShim<Route extends AdminRoute>(
  socketPath: string,
  route: Route,
  request?: AdminRoutes[Route]['request'],
): Promise<AdminRoutes[Route]['answer']> {
  const [method = '', path = ''] = route.split(' ', 2)
  const body = request === undefined ? undefined : JSON.stringify(request)
  const { status, text } = await exchange(socketPath, { method, path, body }).catch((error) => {
    throw unreachable(socketPath, error)
  })
  const answer = parse(text, socketPath)
  if (status === 200) return answer as AdminRoutes[Route]['answer']
  throw toError(answer as Partial<AdminError>, socketPath)
}

interface Call {
  readonly method: string
  readonly path: string
  readonly body: string | undefined
}

function exchange(socketPath: string, { method, path, body }: Call): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(TIMEOUT_MS)
    const read = async (answer: IncomingMessage) => {
      const text = Buffer.concat(await answer.toArray({ signal })).toString('utf8')
      resolve({ status: answer.statusCode ?? 0, text })
    }
    httpRequest({ socketPath, method, path, signal, agent: false }, (answer) => void read(answer).catch(reject))
      .on('error', reject)
      .end(body)
  })
}

function parse(text: string, socketPath: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new GatehouseError(
      'ERR_ADMIN_UNREACHABLE',
      `${socketPath}: what answers there is no admin socket of a shim`,
      {
        hint: 'Name the admin socket by --admin-socket; it is admin.sock beside the socket that the API server uses.',
      },
    )
  }
}

function toError({ code = '', message = '', hint }: Partial<AdminError>, socketPath: string): GatehouseError {
  if (!Object.hasOwn(ERROR_CODES, code)) return new GatehouseError('ERR_ADMIN_REQUEST', `${socketPath}: ${message}`)
  return new GatehouseError(code as ErrorCode, message, hint === undefined ? {} : { hint })
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'no shim listens there: the socket does not exist',
  ECONNREFUSED: 'no shim listens there: the one that made the socket has ended',
  EACCES: 'you have no right to connect; only the user that the shim runs as, and root, may',
  ABORT_ERR: 'a shim listens there, and does not answer',
}

function unreachable(socketPath: string, cause: NodeJS.ErrnoException): GatehouseError {
  const reason = REASONS[cause.code ?? ''] ?? (cause.name === 'TimeoutError' ? REASONS['ABORT_ERR'] : messageOf(cause))
  return new GatehouseError('ERR_ADMIN_UNREACHABLE', `${socketPath}: ${reason}`, {
    cause,
    hint: 'Start `gatehouse shim`, or name its admin socket by --admin-socket; as a rule it lies beside its --socket.',
  })
}
