import type { PolicyLogLine, PolicyLogObserver } from '../../evaluator/evaluate.ts'

/** Lines that one evaluation may log. A guest in an endless loop logs faster than anybody reads. */
export const MAX_LOG_LINES = 100

/** Longest message, in UTF-16 units. */
export const MAX_LOG_MESSAGE = 4096

/** Passes on what one evaluation logs, up to a limit that it names when it is reached. */
export function limitLog(observer: PolicyLogObserver): PolicyLogObserver {
  let lines = 0
  return (line) => {
    lines += 1
    if (lines <= MAX_LOG_LINES) observer(shorten(line))
    else if (lines === MAX_LOG_LINES + 1) observer(LIMIT_REACHED)
  }
}

const LIMIT_REACHED: PolicyLogLine = {
  level: 'warn',
  message: `the policy logged more than ${MAX_LOG_LINES} lines in one evaluation; the rest is dropped`,
  fields: {},
}

function shorten(line: PolicyLogLine): PolicyLogLine {
  const fields = JSON.stringify(line.fields).length > MAX_LOG_MESSAGE ? { fields: 'dropped: too long' } : line.fields
  const message = line.message.length > MAX_LOG_MESSAGE ? `${line.message.slice(0, MAX_LOG_MESSAGE)}…` : line.message
  return { level: line.level, message, fields }
}
