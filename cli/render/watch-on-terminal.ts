import { setTimeout } from 'node:timers/promises'
import type { Io } from '../io.ts'

// Home, then clear what is below: https://invisible-island.net/xterm/ctlseqs/ctlseqs.html, CUP and ED
const CLEAR = '\u001b[H\u001b[J'

/** Writes a text over and over in the same place, until a signal asks to stop. */
export async function watchOnTerminal(
  io: Pick<Io, 'out' | 'onStopSignal'>,
  intervalMs: number,
  render: () => Promise<string>,
): Promise<void> {
  const stop = new AbortController()
  io.onStopSignal(() => stop.abort())
  while (!stop.signal.aborted) {
    io.out(`${CLEAR}${await render()}`)
    await setTimeout(intervalMs, undefined, { signal: stop.signal }).catch(() => {})
  }
}
