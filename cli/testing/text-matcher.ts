import { RE2JS } from 're2js'
import { messageOf } from '../../util/errors.ts'

/** What must be said of a text; one of them. */
export interface TextMatcher {
  readonly equals?: string
  readonly contains?: string
  /** A regular expression of RE2, found anywhere in the text. */
  readonly matches?: string
}

/** What is wrong with a regular expression; undefined when nothing. */
export function patternProblem(pattern: string): string | undefined {
  try {
    RE2JS.compile(pattern)
    return undefined
  } catch (error) {
    return `is no regular expression of RE2: ${messageOf(error)}`
  }
}

export function matchesText({ equals, contains, matches }: TextMatcher, text: string): boolean {
  if (equals !== undefined) return text === equals
  if (contains !== undefined) return text.includes(contains)
  return matches !== undefined && RE2JS.compile(matches).matcher(text).find()
}

/** As a report shows it. */
export function describeMatcher({ equals, contains, matches }: TextMatcher): string {
  if (equals !== undefined) return equals
  return contains === undefined ? `a text that matches ${matches}` : `a text that contains ${contains}`
}
