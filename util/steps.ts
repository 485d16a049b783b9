/** Progress of a long job: one line when a step starts, one when it ends, with its seconds. */
export interface Steps {
  /** Runs one step under its title. `detail` may be called while it runs, with what it is doing now. */
  run<T>(title: string, action: (detail: (text: string) => void) => Promise<T>): Promise<T>
  /** Shows a line that stays. */
  note(text: string): void
}

export interface StepsOptions {
  /** A line is rewritten in place only on a terminal. */
  readonly isTerminal: boolean
  readonly write: (text: string) => void
}

/** ` • title …` while it runs, ` ✓ title (1.2 s)` or ` ✗ title (1.2 s)` when it ended. */
export function createSteps({ isTerminal, write }: StepsOptions): Steps {
  const clear = isTerminal ? '\r\u001b[K' : ''
  return {
    async run(title, action) {
      const startedAt = performance.now()
      const end = (mark: string) =>
        write(`${clear} ${mark} ${title} (${((performance.now() - startedAt) / 1000).toFixed(1)} s)\n`)
      write(` • ${title} …${isTerminal ? '' : '\n'}`)
      try {
        const result = await action((text) => write(isTerminal ? `${clear} • ${title}: ${text}` : `     ${text}\n`))
        end('✓')
        return result
      } catch (error) {
        end('✗')
        throw error
      }
    },
    note: (text) => write(`${clear}   ${text}\n`),
  }
}

/** Steps that show nothing. */
export const SILENT_STEPS: Steps = { run: (_title, action) => action(() => {}), note: () => {} }
