import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { modulePath } from '../../util/package-root.ts'
import type { FromLoop, LoopTimes, ToLoop } from './messages.ts'
import type { Sample } from './samples.ts'

/** The thread in which policies are evaluated in a bare loop, and empty messages are answered. */
export class LoopThread implements AsyncDisposable {
  readonly #worker = new Worker(modulePath('bench/evaluate/loop-worker'), { execArgv: [], env: {} })

  /** Milliseconds until an empty message has been answered, again and again. */
  async sendNothing(times: number): Promise<number[]> {
    const samples: number[] = []
    for (let time = 0; time < times; time++) {
      const startedAt = performance.now()
      await this.#ask({ type: 'nothing' })
      samples.push(performance.now() - startedAt)
    }
    return samples
  }

  async evaluate(sample: Sample, times: number): Promise<LoopTimes> {
    const answer = await this.#ask({ type: 'evaluate', ...sample, times })
    if (answer.type === 'times') return answer
    throw new Error('the thread answers another question than it was asked')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#worker.terminate()
  }

  async #ask(message: ToLoop): Promise<FromLoop> {
    const answered = once(this.#worker, 'message')
    this.#worker.postMessage(message)
    const [answer] = (await answered) as [FromLoop]
    return answer
  }
}
