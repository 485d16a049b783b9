import type { Io } from '../../cli/io.ts'
import { createSteps } from '../../util/steps.ts'

/** A terminal that remembers what was printed. */
export interface RecordedIo extends Io {
  readonly stdout: () => string
  readonly stderr: () => string
}

export function createRecordedIo(stdin = ''): RecordedIo {
  let out = ''
  let err = ''
  const writeErr = (text: string) => {
    err += text
  }
  return {
    out(text) {
      out += text
    },
    async outFlushed(text) {
      out += text
    },
    err: writeErr,
    isTerminal: false,
    readStdin: async () => Buffer.from(stdin),
    steps: createSteps({ isTerminal: false, write: writeErr }),
    onStopSignal: () => {},
    exit: () => {},
    onReloadSignal: () => {},
    stdout: () => out,
    stderr: () => err,
  }
}
