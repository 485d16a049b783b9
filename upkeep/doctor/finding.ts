export type Level = 'ok' | 'warning' | 'problem'

/** What a check saw. */
export interface Observation {
  /** `problem`: policies do not do what they should, or the next start fails. `warning`: somebody should know. */
  readonly level: Level
  readonly message: string
  /** What can be done about it, as an imperative sentence. */
  readonly wayOut?: string
}

/** One line of the doctor's report. */
export interface Finding extends Observation {
  /** The check's name. */
  readonly check: string
}

export function ok(message: string): Observation {
  return { level: 'ok', message }
}

export function warning(message: string, wayOut?: string): Observation {
  return { level: 'warning', message, ...(wayOut === undefined ? {} : { wayOut }) }
}

export function problem(message: string, wayOut?: string): Observation {
  return { level: 'problem', message, ...(wayOut === undefined ? {} : { wayOut }) }
}
