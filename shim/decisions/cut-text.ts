const MAX_LENGTH = 1000

/** Foreign text, no longer than a line of the log bears. */
export function cutText(text: string): string {
  return text.length <= MAX_LENGTH ? text : `${text.slice(0, MAX_LENGTH)}…`
}
