import type { StepResult } from '../../e2e/results.ts'
import { escapeControls } from '../../util/one-line.ts'

/** The results as TAP, a line as soon as a step is done. https://testanything.org/tap-version-14-specification.html */
export class TapWriter {
  readonly #write: (text: string) => void
  #count = 0

  constructor(write: (text: string) => void) {
    this.#write = write
    write('TAP version 14\n')
  }

  add(scenario: string, { title, seconds, outcome }: StepResult): void {
    this.#count += 1
    const name = `${this.#count} - ${escapeHash(`${scenario}: ${title}`)}`
    const time = `time=${(seconds * 1000).toFixed(0)}ms`
    if (outcome.kind === 'passed') this.#write(`ok ${name} # ${time}\n`)
    else if (outcome.kind === 'skipped') this.#write(`ok ${name} # SKIP ${escapeHash(outcome.reason)}\n`)
    else this.#write(`not ok ${name} # ${time}\n${diagnose(outcome.message)}`)
  }

  /** To be called once, after the last result. */
  end(): void {
    this.#write(`1..${this.#count}\n`)
  }
}

function diagnose(message: string): string {
  const lines = message.split('\n').map((line) => `    ${escapeControls(line)}\n`)
  return `  ---\n  message: |\n${lines.join('')}  ...\n`
}

function escapeHash(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('#', '\\#')
}
