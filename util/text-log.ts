import type { Log, LogFields, LogLevel } from './log.ts'
import { escapeControls } from './one-line.ts'
import { toTextLine } from './text-line.ts'

/** A logger for a command that is over in a moment: every line as text. Pino takes longer to load than such a command runs. */
export function createTextLog(write: (line: string) => void): Log {
  const at = (level: LogLevel) => (fields: LogFields, message: string) =>
    write(escapeControls(toTextLine({ ...fields, level, timestamp: new Date().toISOString(), message })))
  return {
    trace: at('trace'),
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    isLevelEnabled: () => true,
  }
}
