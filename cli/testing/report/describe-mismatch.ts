import type { LosslessValue } from '../../../evaluator/lossless-json.ts'
import { escapeControls } from '../../../util/one-line.ts'
import type { Mismatch } from '../compare-answer.ts'
import type { Difference } from '../differences.ts'

// Beyond this nobody reads on, and a log of a pipeline is full.
const MAX_DIFFERENCES = 20
const MAX_LENGTH = 2000

/** A mismatch as lines: the field, then what was expected (-) and what came (+), place by place for documents. */
export function describeMismatch({ field, expected, actual, differences }: Mismatch): string[] {
  if (differences === undefined) return [field, ...side('-', expected), ...side('+', actual)]
  const shown = differences.slice(0, MAX_DIFFERENCES)
  const more = differences.length - shown.length
  return [
    ...shown.flatMap((difference) => describeDifference(field, difference)),
    ...(more > 0 ? [`${field}: ${more} places more`] : []),
  ]
}

function describeDifference(field: string, { path, expected, actual }: Difference): string[] {
  return [path === '' ? field : `${field} ${shorten(oneLine(path))}`, ...side('-', expected), ...side('+', actual)]
}

function side(sign: '-' | '+', value: LosslessValue | undefined): string[] {
  return value === undefined ? [] : [`  ${sign} ${shorten(oneLine(JSON.stringify(value)))}`]
}

// A policy's text must neither forge a line nor steer the terminal.
const oneLine = (text: string) => escapeControls(text.replaceAll('\n', '\\n'))

function shorten(text: string): string {
  return text.length <= MAX_LENGTH ? text : `${text.slice(0, MAX_LENGTH)}… (${text.length} characters)`
}
