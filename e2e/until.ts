import { setTimeout as delay } from 'node:timers/promises'
import { unexpected } from './expect.ts'

const POLL_MS = 100

/** Asks again until there is an answer. @throws ERR_E2E_UNEXPECTED when there is none in time */
export async function until<T>(what: string, seconds: number, ask: () => Promise<T | undefined>): Promise<T> {
  const deadline = performance.now() + seconds * 1000
  for (;;) {
    const answer = await ask()
    if (answer !== undefined) return answer
    if (performance.now() > deadline) throw unexpected(`${what}: not within ${seconds} s`)
    await delay(POLL_MS)
  }
}
