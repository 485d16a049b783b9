import { get } from 'node:http'

/** Whether a server on a Unix socket answers 200 to a GET. */
export function answersOnSocket(socketPath: string, path: string, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve, reject) => {
    get({ socketPath, path, signal }, (response) => {
      response.resume()
      resolve(response.statusCode === 200)
    }).on('error', reject)
  })
}
