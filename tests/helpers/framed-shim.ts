import { dirname, join } from 'node:path'
import type { Test } from 'tap'
import type { FramedTimes } from '../../shim/framed/framed-times.ts'
import { writeHello } from '../../shim/framed/write-frames.ts'
import { connectFramed, type FramedClient } from './framed-client.ts'
import { socketOptions, startShim, type TestPolicies, type TestShim, type TestShimOptions } from './shim.ts'
import { makeShortFolder } from './short-folder.ts'

export interface FramedShim extends AsyncDisposable {
  readonly shim: TestShim
  readonly path: string
  /** @param maxFrameBytes the longest frame that the client says it takes */
  connect(maxFrameBytes?: number): Promise<FramedClient>
}

/** Starts a shim that answers in frames, too; it ends with the test, or before. */
export async function startFramedShim(
  t: Test,
  policies: TestPolicies,
  {
    socket = socketOptions(makeShortFolder(t)),
    times,
    ...options
  }: TestShimOptions & { readonly times?: FramedTimes } = {},
): Promise<FramedShim> {
  const path = join(dirname(socket.path), 'f')
  const { takeover = false } = socket
  const shim = await startShim(t, policies, {
    socket,
    framed: { path, mode: 0o600, folderMode: 0o700, takeover, ...(times && { times }) },
    ...options,
  })
  return {
    shim,
    path,
    connect: async (maxFrameBytes) => {
      const client = await connectFramed(path, writeHello(1, maxFrameBytes))
      t.teardown(() => client.socket.destroy())
      return client
    },
    [Symbol.asyncDispose]: () => shim[Symbol.asyncDispose](),
  }
}
